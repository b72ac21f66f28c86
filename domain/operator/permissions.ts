/**
 * Who may do what when: one table of message × state, then what the message itself must fit.
 * Validators of updates, handlers of signals, CLI and screens ask here, so that a button and the
 * refusal of its message say the same.
 */
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { Adjustable, Progress, RunState } from '../model/progress';
import { mayApprove } from './may-approve';
import type { RolloutView } from './rollout-view';
import { stateOf } from './rollout-view';

export type OperatorMessage =
  | {
      readonly kind: 'approve' | 'reject';
      readonly batch: number;
      readonly planDigest: string;
      readonly actor?: string;
      readonly overlay?: number;
    }
  | { readonly kind: 'resume' | 'abort' | 'rollBack' }
  | { readonly kind: 'pause'; readonly until?: number | null }
  | { readonly kind: 'adjust'; readonly rules: Adjustable }
  | { readonly kind: 'retryLocker' | 'skipLocker'; readonly locker: LockerName };
type Kind = OperatorMessage['kind'];

/** A digest may be cut to this many digits by people who type it. */
export const DIGEST_DIGITS = 12;

const YES = null;
const ENDED = 'the rollout has ended. Start another one.';
const SETTLING = 'the rollout is coming to its end; nothing is left to do.';
const NO_GATE = 'no batch waits for an approval. Wait until status asks for one.';
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
  const refusal = PERMISSIONS[message.kind][state] ?? fits(message, view);
  return refusal === null ? null : `${message.kind} is refused: ${refusal}`;
}

function fits(message: OperatorMessage, { plan, progress, by }: RolloutView): string | null {
  if (plan === null || progress === null) return null;
  switch (message.kind) {
    case 'approve':
      return fitsGate(message, plan, progress) ?? mayApprove(plan.policy, { actor: message.actor ?? 'nobody', starter: by });
    case 'reject':
      return fitsGate(message, plan, progress);
    case 'resume':
      return canResume(progress);
    case 'abort':
      return progress.abort ? `${progress.abort.actor} aborted it already; it waits for the locker that hangs.` : null;
    case 'rollBack':
      return canRollBack(progress);
    case 'pause':
      return progress.abort ? 'it was aborted; no locker begins any more.' : null;
    case 'adjust':
      return canAdjust(message.rules, plan, progress);
    case 'skipLocker':
      return canSkip(message.locker, progress);
    case 'retryLocker':
      break;
  }
  return canRetry(message.locker, progress);
}

type Answer = Extract<OperatorMessage, { planDigest: string }>;

function fitsGate({ kind, batch, planDigest, overlay = 0 }: Answer, plan: Plan, progress: Progress): string | null {
  const { gate, approvals, holds } = progress;
  const digest = plan.digest.slice(0, DIGEST_DIGITS);
  if (planDigest.length < DIGEST_DIGITS || !plan.digest.startsWith(planDigest)) {
    return `it names the plan ${planDigest.slice(0, DIGEST_DIGITS) || '(none)'}, but this rollout walks the plan ${digest}. Look at the plan again.`;
  }
  const given = approvals.find((approval) => approval.batch === batch);
  if (given) return `batch ${batch} was approved already by ${given.actor}.`;
  if (gate === null) return NO_GATE;
  if (batch < gate.batch) return `batch ${batch} has begun long since; batch ${gate.batch} waits now.`;
  if (batch > gate.batch) return `it is too early for batch ${batch}; batch ${gate.batch} waits now.`;
  const now = progress.overlay ?? null;
  if (now !== null && overlay !== now.number) {
    return `${now.actor} has adjusted the rules since (overlay ${now.number}). Look at the status again, and name that overlay.`;
  }
  const rejected = holds.some(({ reason }) => reason === 'rejected');
  return kind === 'reject' && rejected ? `batch ${batch} is rejected already. Use \`approve\` or \`abort\`.` : null;
}

function canResume({ pause, holds }: Progress): string | null {
  if (pause || holds.some(({ liftedBy }) => liftedBy.includes('resume'))) return null;
  const lifts = [...new Set(holds.flatMap(({ liftedBy }) => liftedBy))].map((name) => `\`${name}\``);
  return `this hold is not lifted by it. Use ${lifts.join(' or ')}.`;
}

function canRollBack({ abort, rollback }: Progress): string | null {
  if (abort) return 'it was aborted; roll back when it has ended.';
  return rollback ? `${rollback.actor} asked for it already.` : null;
}

function canSkip(locker: LockerName, { lockers, abort }: Progress): string | null {
  const stage = Object.hasOwn(lockers, locker) ? lockers[locker]?.stage : undefined;
  if (stage === undefined) return `the plan has no locker ${locker.slice(0, 40)}. Use a name that status lists.`;
  if (abort) return 'it was aborted; no locker begins any more.';
  return stage === 'waiting' ? null : `${locker} does not wait any more (it is ${stage}).`;
}

function canAdjust({ maxDown, maxStarting, gates }: Adjustable, plan: Plan, { batch, abort }: Progress): string | null {
  if (abort) return 'it was aborted; no locker begins any more.';
  const all = plan.lockers.length;
  if (maxDown !== undefined && maxDown > all) return `maxDown ${maxDown} is more than the ${all} lockers of the plan.`;
  if (maxStarting !== undefined && maxStarting > all)
    return `maxStarting ${maxStarting} is more than the ${all} lockers of the plan.`;
  const wrong = gates?.find((after) => after < batch || after >= plan.batches.length);
  if (wrong === undefined) return null;
  if (wrong < batch) return `batch ${wrong} is behind us; a gate can stand after batch ${batch} or a later one.`;
  return `a gate after batch ${wrong} would stand before nothing; the plan has ${plan.batches.length} batches.`;
}

function canRetry(locker: LockerName, { lockers }: Progress): string | null {
  const stage = Object.hasOwn(lockers, locker) ? lockers[locker]?.stage : undefined;
  if (stage === undefined) return `the plan has no locker ${locker.slice(0, 40)}. Use a name that status lists.`;
  return stage === 'stuck' ? null : `${locker} does not hang in its stop (it is ${stage}).`;
}
