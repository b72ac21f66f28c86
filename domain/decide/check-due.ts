/**
 * When the full set of checks is to be asked, and of whom: after the canary's soak (before its gate,
 * so that an approver knows), and when every locker has ended. Pure, under the replay contract; a
 * plan without a full set never asks for it.
 */
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { CheckMoment, Progress } from '../model/progress';
import { batchNow } from './rules-now';

/** Whether or not anything halts the rollout. null: nothing is due. */
export function checkDue(plan: Plan, progress: Progress, now: number): CheckMoment | null {
  if (!plan.checks || plan.checks.full.length === 0) return null;
  if (progress.rollback || progress.abort || progress.fault) return null;
  const moment = momentNow(plan, progress, now);
  if (moment === null || progress.checked?.includes(moment)) return null;
  return toCheck(plan, progress, moment).length > 0 ? moment : null;
}

function momentNow(plan: Plan, progress: Progress, now: number): CheckMoment | null {
  const { batch, batchEndedAt, lockers } = progress;
  if (batch > plan.batches.length) return Object.values(lockers).every(({ stage }) => stage === 'ended') ? 'end' : null;
  // One batch alone is the end as well.
  if (batch !== 1 || plan.batches.length === 1 || batchEndedAt === null) return null;
  return now >= batchEndedAt + (batchNow(plan, progress, batch)?.soakMs ?? 0) ? 'canary' : null;
}

/** Those that run the release by this rollout. */
export function toCheck(plan: Plan, { lockers }: Progress, moment: CheckMoment): LockerName[] {
  const sample = plan.checks?.sample;
  const canaries = plan.batches[0]?.lockers ?? [];
  const wanted = moment === 'canary' ? canaries : sample;
  return plan.lockers.flatMap(({ name, action }) => {
    const runs = action === 'update' && lockers[name]?.end === 'updated';
    return runs && (wanted === undefined || wanted.includes(name)) ? [name] : [];
  });
}
