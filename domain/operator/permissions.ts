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
const EARLY = 'it is still planning. Try again in a moment.';
const BACK = 'it rolls back, and asks nothing more.';
const STAGING = 'it is still staging; nothing is stopped yet. Try again in a moment.';
const UNCHANGED = 'nothing is changed yet. Use `abort`.';

type Living = 'planning' | 'staging' | 'running' | 'rolling-back' | 'waiting-for-approval' | 'paused' | 'held';
type Row = Readonly<Record<Living, string | null>>;

/** The rows that several messages share. */
const ALWAYS: Row = {
  planning: YES,
  staging: YES,
  running: YES,
  'rolling-back': YES,
  'waiting-for-approval': YES,
  paused: YES,
  held: YES,
};
/** About lockers and rules, which there are from the first step on. */
const ONCE_IT_WALKS: Row = { ...ALWAYS, planning: EARLY, staging: STAGING };
/** Answers to a gate. One may stand behind a pause or a hold. */
const TO_A_GATE: Row = { ...ONCE_IT_WALKS, running: NO_GATE, 'rolling-back': BACK };

/** null: allowed, as far as the state goes. */
export const PERMISSIONS: Readonly<Record<Kind, Readonly<Record<RunState, string | null>>>> = {
  approve: states(TO_A_GATE),
  reject: states(TO_A_GATE),
  pause: states({ ...ALWAYS, paused: 'it is paused already. `resume` lifts the pause.' }),
  resume: states({
    planning: EARLY,
    staging: 'it is not paused; it stages the release.',
    running: 'it runs; there is nothing to lift.',
    'rolling-back': 'it rolls back; there is nothing to lift.',
    'waiting-for-approval': 'it waits for an approval, which `resume` does not give. Use `approve` or `reject`.',
    paused: YES,
    held: YES,
  }),
  abort: states(ALWAYS),
  rollBack: states({ ...ALWAYS, planning: UNCHANGED, staging: UNCHANGED, 'rolling-back': 'it rolls back already.' }),
  adjust: states(ONCE_IT_WALKS),
  skipLocker: states(ONCE_IT_WALKS),
  retryLocker: states(ONCE_IT_WALKS),
};

function states(living: Row): Record<RunState, string | null> {
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
