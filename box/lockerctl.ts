/** Every command on a box, in one table: the parser, the help and the dispatch read it. */
import { STATUS_EXIT } from '../domain/protocol/status-exit';
import { adopt } from './adopt/adopt';
import { relay } from './client/relay';
import type { Here } from './client/connect-box';
import { lockerd } from './lockerd';
import { describeOptions } from './scripts/arguments';
import type { Arguments, Option } from './scripts/arguments';
import { freezeChanges, thawChanges } from './scripts/freeze';
import { startLockers, stopLockers } from './scripts/one-locker';
import { releaseBox } from './scripts/release-box';
import { startAll } from './scripts/start-all';
import { history, status } from './scripts/status';
import { stopAll } from './scripts/stop-all';
import { updateCode } from './scripts/update-code';

export interface Command {
  /** As a sysadmin calls it. */
  readonly usage: string;
  readonly about: string;
  readonly options: readonly Option[];
  /** Of its exit codes those that the others have not. */
  readonly exits?: string;
  /** Returns the exit code: 0 done, 1 something failed; wrong use is 2. */
  readonly run: (here: Here, given: Arguments) => Promise<number>;
}

const STARTING: readonly Option[] = ['force', 'start-timeout', 'max-starting', 'cpu-pressure'];
const STOPPING: readonly Option[] = ['force', 'drain-timeout', 'stop-timeout'];

export const COMMANDS: Readonly<Record<string, Command>> = {
  status: {
    usage: 'lockerctl status',
    about: 'Every locker of this box, and who holds it.',
    options: [],
    exits: `${STATUS_EXIT.notAllServe} not all lockers serve`,
    run: status,
  },
  history: { usage: 'lockerctl history [N]', about: 'The last rollouts and scripts (20).', options: [], run: history },
  'stop-all': {
    usage: 'lxc-stop-all [LOCKER…]',
    about: 'Drains and stops all running lockers, or those named, until lxc-start-all.',
    options: STOPPING,
    run: stopAll,
  },
  'update-code': {
    usage: 'update-code [REF]',
    about: 'Stages a release. Stopped lockers get it at once, running ones at their next deliberate start.',
    options: ['force'],
    run: updateCode,
  },
  'start-all': {
    usage: 'lxc-start-all [LOCKER…]',
    about: 'Starts what lxc-stop-all stopped and what a rollout left down; never what was stopped on purpose.',
    options: STARTING,
    run: startAll,
  },
  stop: {
    usage: 'lockerctl stop LOCKER…',
    about: 'Stops lockers on purpose: they stay down.',
    options: STOPPING,
    run: stopLockers,
  },
  start: { usage: 'lockerctl start LOCKER…', about: 'Starts lockers.', options: STARTING, run: startLockers },
  'freeze-changes': {
    usage: 'lockerctl freeze-changes --reason "…"',
    about: 'Forbids every change on this box, whoever holds it, until thaw-changes.',
    options: ['reason'],
    run: freezeChanges,
  },
  'thaw-changes': { usage: 'lockerctl thaw-changes', about: 'Allows changes again.', options: [], run: thawChanges },
  'release-box': {
    usage: 'lockerctl release-box',
    about: 'Ends a lease left behind by a rollout that is no more; brings up first what it left down.',
    options: ['start-timeout', 'max-starting'],
    run: releaseBox,
  },
  adopt: {
    usage: 'lockerctl adopt',
    about: 'Takes over lockers that exist already, or undoes that: for `lockstep adopt-box`, which speaks to it on stdin.',
    options: [],
    run: adopt,
  },
  relay: {
    usage: 'lockerctl relay',
    about: 'Joins stdin and stdout to lockerd: for the forced command of SSH.',
    options: [],
    run: relay,
  },
  lockerd: {
    usage: 'lockerctl lockerd',
    about: 'The daemon itself, in the foreground.',
    options: [],
    run: async ({ configFile }) => {
      await lockerd(configFile);
      return new Promise<number>(() => {});
    },
  },
};

export function helpFor({ usage, about, options, exits }: Command): string {
  const codes = ['0 done or nothing to do', '1 something failed', '2 wrong use', ...(exits === undefined ? [] : [exits])];
  return `Usage: ${usage}\n${about}\n\nOptions:\n${describeOptions(options)}\n\nExit codes: ${codes.join(' · ')}\n`;
}

export function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`);
  return `Usage: lockerctl [--config box.json] COMMAND\n\nCommands:\n${lines.join('\n')}\n\n\`lockerctl COMMAND --help\` says more.\n`;
}
