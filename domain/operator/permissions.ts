/**
 * Who may do what when: one table of message × state, then what the message itself must fit.
 * Validators of updates, handlers of signals, CLI and screens ask here, so that a button and the
 * refusal of its message say the same.
 */
import type { RunState } from '../model/progress';
import { fitsMessage } from './fits-message';
import { NO_GATE } from './operator-message';
import type { OperatorMessage } from './operator-message';
import type { RolloutView } from './rollout-view';
import { stateOf } from './rollout-view';

type Kind = OperatorMessage['kind'];

const YES = null;
const ENDED = 'the rollout has ended. Start another one.';
const SETTLING = 'the rollout is coming to its end; nothing is left to do.';
const NOT_STUCK = 'no locker hangs in its stop.';
const EARLY = 'it is still planning. Try again in a moment.';
const BACK = 'it rolls back, and asks nothing more.';
const STAGING = 'it is still staging; nothing is stopped yet. Try again in a moment.';

/** null: allowed, as far as the state goes. */
export const PERMISSIONS: Readonly<Record<Kind, Readonly<Record<RunState, string | null>>>> = {
  approve: states({
    planning: EARLY,
    staging: STAGING,
    running: NO_GATE,
    'rolling-back': BACK,
    'waiting-for-approval': YES,
    paused: YES,
    held: YES,
  }),
  reject: states({
    planning: EARLY,
    staging: STAGING,
    running: NO_GATE,
    'rolling-back': BACK,
    'waiting-for-approval': YES,
    paused: YES,
    held: YES,
  }),
  pause: states({
    planning: YES,
    staging: YES,
    running: YES,
    'rolling-back': YES,
    'waiting-for-approval': YES,
    paused: 'it is paused already. `resume` lifts the pause.',
    held: YES,
  }),
  resume: states({
    planning: EARLY,
    staging: 'it is not paused; it stages the release.',
    running: 'it runs; there is nothing to lift.',
    'rolling-back': 'it rolls back; there is nothing to lift.',
    'waiting-for-approval': 'it waits for an approval, which `resume` does not give. Use `approve` or `reject`.',
    paused: YES,
    held: YES,
  }),
  abort: states({
    planning: YES,
    staging: YES,
    running: YES,
    'rolling-back': YES,
    'waiting-for-approval': YES,
    paused: YES,
    held: YES,
  }),
  rollBack: states({
    planning: 'nothing is changed yet. Use `abort`.',
    staging: 'nothing is changed yet. Use `abort`.',
    running: YES,
    'rolling-back': 'it rolls back already.',
    'waiting-for-approval': YES,
    paused: YES,
    held: YES,
  }),
  adjust: states({
    planning: EARLY,
    staging: STAGING,
    running: YES,
    'rolling-back': YES,
    'waiting-for-approval': YES,
    paused: YES,
    held: YES,
  }),
  skipLocker: states({
    planning: EARLY,
    staging: STAGING,
    running: YES,
    'rolling-back': YES,
    'waiting-for-approval': YES,
    paused: YES,
    held: YES,
  }),
  retryLocker: states({
    planning: EARLY,
    staging: STAGING,
    running: NOT_STUCK,
    'rolling-back': NOT_STUCK,
    'waiting-for-approval': NOT_STUCK,
    paused: YES,
    held: YES,
  }),
};

type Living = 'planning' | 'staging' | 'running' | 'rolling-back' | 'waiting-for-approval' | 'paused' | 'held';
function states(living: Readonly<Record<Living, string | null>>): Record<RunState, string | null> {
  return {
    ...living,
    // It runs, only no locker begins now.
    'waiting-for-window': living.running,
    settling: SETTLING,
    succeeded: ENDED,
    'completed-with-exceptions': ENDED,
    aborted: ENDED,
    'rolled-back': ENDED,
    failed: ENDED,
  };
}

/** null: allowed. Else one sentence: why not, and what to do. */
export function mayDo(message: OperatorMessage, view: RolloutView): string | null {
  const state = stateOf(view);
  const refusal = PERMISSIONS[message.kind][state] ?? fitsMessage(message, view);
  return refusal === null ? null : `${message.kind} is refused: ${refusal}`;
}
