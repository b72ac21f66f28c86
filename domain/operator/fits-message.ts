/** Whether a message that its state allows fits what it is about: its gate, its locker, its rules. Pure. */
import { migrationsOf } from '../decide/box-migrations';
import { batchNow, rulesNow } from '../decide/rules-now';
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { Adjustable, Progress } from '../model/progress';
import { retryRefusal } from '../decide/retry';
import { fitsIdentity } from './fits-identity';
import { isBetween } from '../decide/barrier';
import { mayApprove } from './may-approve';
import { openingOf } from './opening-of';
import type { OperatorMessage } from './operator-message';
import type { RolloutView } from './rollout-view';
import { DIGEST_DIGITS, NO_GATE } from './operator-message';

/** null: it fits. Else the rest of a sentence: why not, and what to do. */
export function fitsMessage(message: OperatorMessage, view: RolloutView): string | null {
  const { plan, progress } = view;
  if (plan === null || progress === null) return null;
  switch (message.kind) {
    case 'approve':
      return fitsGate(message, plan, progress) ?? fitsApprover(message, plan, view);
    case 'reject':
      return fitsGate(message, plan, progress);
    case 'resume':
      return canResume(progress);
    case 'abort':
      return progress.abort ? `${progress.abort.actor} aborted it already; it waits for the locker that hangs.` : null;
    case 'rollBack':
      return canRollBack(plan, progress);
    case 'pause':
      return progress.abort ? 'it was aborted; no locker begins any more.' : null;
    case 'adjust':
      return canAdjust(message.rules, plan, progress);
    case 'skipLocker':
      return canSkip(message.locker, progress);
    case 'retryLocker':
      break;
  }
  return retryRefusal(plan, progress, message.locker);
}

function fitsApprover({ batch, actor = 'nobody', overlay = 0, proof }: Answer, plan: Plan, view: RolloutView): string | null {
  const answer = { batch, actor, overlay, ...(proof && { proof }) };
  return fitsIdentity(answer, view) ?? mayApprove(plan.policy, { actor, starter: view.by });
}

type Answer = Extract<OperatorMessage, { planDigest: string }>;

function fitsGate({ kind, batch, planDigest, overlay = 0, opening }: Answer, plan: Plan, progress: Progress): string | null {
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
  if (kind === 'approve' && opening !== undefined && opening !== openingOf(gate)) {
    return `it was given when the gate before batch ${batch} had opened before, and it has opened anew since (a reset in Temporal). Look at the status again.`;
  }
  const rejected = holds.some(({ reason }) => reason === 'rejected');
  return kind === 'reject' && rejected ? `batch ${batch} is rejected already. Use \`approve\` or \`abort\`.` : null;
}

function canResume({ pause, holds }: Progress): string | null {
  if (pause || holds.some(({ liftedBy }) => liftedBy.includes('resume'))) return null;
  const lifts = [...new Set(holds.flatMap(({ liftedBy }) => liftedBy))].map((name) => `\`${name}\``);
  return `this hold is not lifted by it. Use ${lifts.join(' or ')}.`;
}

function canRollBack(plan: Plan, progress: Progress): string | null {
  const { abort, rollback } = progress;
  if (isBetween(plan, progress))
    return 'its lockers stand halted for a migration of which nobody knows whether it is done. Settle that first.';
  if (abort) return 'it was aborted; roll back when it has ended.';
  return rollback ? `${rollback.actor} asked for it already.` : null;
}

function canSkip(locker: LockerName, { lockers, abort }: Progress): string | null {
  const stage = Object.hasOwn(lockers, locker) ? lockers[locker]?.stage : undefined;
  if (stage === undefined) return `the plan has no locker ${locker.slice(0, 40)}. Use a name that status lists.`;
  if (abort) return 'it was aborted; no locker begins any more.';
  return stage === 'waiting' ? null : `${locker} does not wait any more (it is ${stage}).`;
}

function canAdjust({ maxDown, maxStarting, gates }: Adjustable, plan: Plan, progress: Progress): string | null {
  const { batch, abort } = progress;
  if (abort) return 'it was aborted; no locker begins any more.';
  const all = plan.lockers.length;
  const starting = maxStarting ?? rulesNow(plan, progress).maxStarting;
  const migrates = migrationsOf(plan, 'per-locker').length > 0;
  if (migrates && maxDown !== undefined && maxDown > starting)
    return `each locker is migrated while it is down, and no more than maxStarting (${starting}) may be at that.`;
  if (maxDown !== undefined && maxDown > all) return `maxDown ${maxDown} is more than the ${all} lockers of the plan.`;
  if (maxStarting !== undefined && maxStarting > all)
    return `maxStarting ${maxStarting} is more than the ${all} lockers of the plan.`;
  const dropped = gates === undefined ? null : dropsGate(gates, plan, progress);
  if (dropped !== null) return dropped;
  const wrong = gates?.find((after) => after < batch || after >= plan.batches.length);
  if (wrong === undefined) return null;
  if (wrong < batch) return `batch ${wrong} is behind us; a gate can stand after batch ${batch} or a later one.`;
  return `a gate after batch ${wrong} would stand before nothing; the plan has ${plan.batches.length} batches.`;
}

/** Where the policy says who approves, taking a gate away would be an approval by anybody. */
function dropsGate(gates: readonly number[], plan: Plan, progress: Progress): string | null {
  const { approvers = null, fourEyes = false, identity = 'claimed' } = plan.policy;
  if (approvers === null && !fourEyes && identity === 'claimed') return null;
  const approved = progress.approvals.map(({ batch }) => batch);
  const coming = plan.batches.map(({ number }) => batchNow(plan, progress, number)).filter((one) => one?.gate === true);
  const lost = coming.find((one) => {
    const number = one?.number ?? 0;
    return number > progress.batch && !approved.includes(number) && !gates.includes(number - 1);
  });
  if (!lost) return null;
  return `it would take away the gate before batch ${lost.number}, and the policy says who answers there. Name it too; or approve, or abort.`;
}
