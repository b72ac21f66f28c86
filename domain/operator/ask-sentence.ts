/** What is asked of a person, in one sentence with the exact command that answers. */
import type { Ask } from '../decide/decision';
import type { BoxName } from '../model/ids';
import { irreversibleOf } from '../model/point-of-no-return';
import type { Plan } from '../model/plan';
import { isoTime } from '../model/civil-time';
import type { Hold, Pause } from '../model/progress';
import { plain, plural, shortened } from './plain-text';

/** Whatever the evidence says, the commands behind it must fit on the screen. */
const MAX_WHY = 300;

const command = (verb: string, box: BoxName, flags = ''): string => `npm run lockstep -- ${verb} --box ${box}${flags}`;

export function askSentence(ask: Ask, plan: Plan): string {
  const { box } = plan;
  switch (ask.kind) {
    case 'approve': {
      const size = plural(plan.batches[ask.batch - 1]?.lockers.length ?? 0, 'locker');
      const which = `batch ${ask.batch} of ${plan.batches.length} (${size})`;
      return `Approve or reject ${which}${noReturnText(plan, ask.batch)}: ${approveCommand(box, ask.batch)}${plan.policy.identity === 'proven' ? ' --sign-with KEYFILE' : ''}`;
    }
    case 'resume':
      return `Paused by ${plain(ask.pause.actor)}${ask.pause.reason ? ` (${plain(ask.pause.reason)})` : ''}${untilText(ask.pause)}. Go on with: ${command('resume', box)}`;
    case 'lift':
      break;
  }
  return `${shortened(plain(ask.hold.sentence), MAX_WHY)}. ${liftSentence(ask.hold, box)}`;
}

/** Asked for by no other gate than the first. */
function noReturnText(plan: Plan, batch: number): string {
  const ids = batch === 1 ? irreversibleOf(plan).map(({ id }) => id) : [];
  return ids.length === 0 ? '' : ` and the POINT OF NO RETURN before it (${ids.join(', ')} can not be undone)`;
}

/** UTC, as all times that workflow code makes into words. */
const untilText = ({ until = null }: Pause): string => (until === null ? '' : ` until ${isoTime(until)}`);

const approveCommand = (box: BoxName, batch: number): string => command('approve', box, ` --batch ${batch}`);

const LIFTS: Readonly<Record<Hold['liftedBy'][number], (hold: Hold, box: BoxName) => string>> = {
  resume: (_hold, box) => `go on: ${command('resume', box)}`,
  approve: (_hold, box) => `approve after all: ${command('approve', box)}`,
  rollBack: (_hold, box) => `take back what was changed: ${command('roll-back', box)}`,
  abort: (_hold, box) => `leave it as it is: ${command('abort', box)}`,
  retryLocker: ({ locker, reason }, box) => {
    const retry = command('retry-locker', box, ` --locker ${locker}`);
    if (reason === 'inconclusive') return `ask that one again: ${retry}`;
    if (reason === 'migration-undecided') return `then let it go on: ${retry}`;
    return `wait once more or kill it: ${command('retry-locker', box, ` --locker ${locker} --how wait|kill`)}`;
  },
};

function liftSentence(hold: Hold, box: BoxName): string {
  const of = hold.locker === null ? '' : ` --locker ${hold.locker}`;
  const settle = `say what became of it: ${command('settle-migration', box, ` --migration ID${of} --as done|not-done`)}`;
  const ways = hold.liftedBy.map((way) => LIFTS[way](hold, box)).join('; or ');
  if (hold.reason === 'migration-undecided') return sentence(`${settle}; ${hold.locker === null ? 'or ' : ''}${ways}`);
  return sentence(ways);
}

function sentence(ways: string): string {
  return `${ways.charAt(0).toUpperCase()}${ways.slice(1)}`;
}
