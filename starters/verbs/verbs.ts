/** Every verb of `lockstep`, in the order of the help. Each is loaded only when it is asked for. */
import type { Verb } from '../verb';
import type * as abort from './abort';
import type * as adoptBox from './adopt-box';
import type * as addLocker from './add-locker';
import type * as adjust from './adjust';
import type * as approve from './approve';
import type * as check from './check';
import type * as doctor from './doctor';
import type * as history from './history';
import type * as installBox from './install-box';
import type * as pause from './pause';
import type * as plan from './plan';
import type * as reject from './reject';
import type * as releaseBox from './release-box';
import type * as removeLocker from './remove-locker';
import type * as resume from './resume';
import type * as retryLocker from './retry-locker';
import type * as rollBack from './roll-back';
import type * as settleMigration from './settle-migration';
import type * as skipLocker from './skip-locker';
import type * as status from './status';
import type * as uninstallBox from './uninstall-box';
import type * as watch from './watch';

export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Verb;
}

export const VERBS: readonly VerbEntry[] = [
  {
    name: 'plan',
    summary: 'show what a rollout would do, and start nothing',
    load: () => (require('./plan') as typeof plan).planVerb,
  },
  {
    name: 'status',
    summary: 'show where the rollout of a box stands',
    load: () => (require('./status') as typeof status).statusVerb,
  },
  {
    name: 'watch',
    summary: 'follow the rollout of a box',
    load: () => (require('./watch') as typeof watch).watchVerb,
  },
  {
    name: 'approve',
    summary: 'let the batch begin that the rollout asks about',
    load: () => (require('./approve') as typeof approve).approveVerb,
  },
  {
    name: 'reject',
    summary: 'answer no to that question; the rollout holds',
    load: () => (require('./reject') as typeof reject).rejectVerb,
  },
  {
    name: 'pause',
    summary: 'begin no other locker until resume; those in flight are finished',
    load: () => (require('./pause') as typeof pause).pauseVerb,
  },
  {
    name: 'resume',
    summary: 'lift a pause or a hold',
    load: () => (require('./resume') as typeof resume).resumeVerb,
  },
  {
    name: 'abort',
    summary: 'stop and leave every locker up, on whatever release it is',
    load: () => (require('./abort') as typeof abort).abortVerb,
  },
  {
    name: 'roll-back',
    summary: 'bring every locker that was changed back to where it came from; after the end too',
    load: () => (require('./roll-back') as typeof rollBack).rollBackVerb,
  },
  {
    name: 'adjust',
    summary: 'change how many may be down or start, the soak, and the gates to come',
    load: () => (require('./adjust') as typeof adjust).adjustVerb,
  },
  {
    name: 'skip-locker',
    summary: 'leave one that waits as it is',
    load: () => (require('./skip-locker') as typeof skipLocker).skipLockerVerb,
  },
  {
    name: 'retry-locker',
    summary: 'try a locker again that ended badly, or whose stop timed out',
    load: () => (require('./retry-locker') as typeof retryLocker).retryLockerVerb,
  },
  {
    name: 'check',
    summary: "ask the lockers of a box their service's checks, and change nothing",
    load: () => (require('./check') as typeof check).checkVerb,
  },
  {
    name: 'history',
    summary: 'list the rollouts of a box',
    load: () => (require('./history') as typeof history).historyVerb,
  },
  {
    name: 'release-box',
    summary: 'end a lease that was left behind on a box, and bring up what is owed there',
    load: () => (require('./release-box') as typeof releaseBox).releaseBoxVerb,
  },
  {
    name: 'settle-migration',
    summary: 'say whether an undecided migration is done, where only a person can',
    load: () => (require('./settle-migration') as typeof settleMigration).settleMigrationVerb,
  },
  {
    name: 'add-locker',
    summary: 'add a locker to a box, from its template and on the release that it runs',
    load: () => (require('./add-locker') as typeof addLocker).addLockerVerb,
  },
  {
    name: 'remove-locker',
    summary: "drain, stop and remove a locker; its owner's data are kept unless told",
    load: () => (require('./remove-locker') as typeof removeLocker).removeLockerVerb,
  },
  {
    name: 'doctor',
    summary: 'check this side and, with --box, a box: what is wrong, and its cure',
    load: () => (require('./doctor') as typeof doctor).doctorVerb,
  },
  {
    name: 'install-box',
    summary: 'make a host a Lockstep box, or bring it to this version',
    load: () => (require('./install-box') as typeof installBox).installBoxVerb,
  },
  {
    name: 'uninstall-box',
    summary: 'take back what install-box changed on a host',
    load: () => (require('./uninstall-box') as typeof uninstallBox).uninstallBoxVerb,
  },
  {
    name: 'adopt-box',
    summary: 'take over a box whose lockers exist already, or give it back with --undo',
    load: () => (require('./adopt-box') as typeof adoptBox).adoptBoxVerb,
  },
];
