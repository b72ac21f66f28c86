/** The counts that every screen shows (they sum to `planned` at the end), failures, and the end state. */
import type { Counts, LockerEnd } from '../model/outcome';
import type { Plan } from '../model/plan';
import type { EndState, Progress } from '../model/progress';

export function countEnds(progress: Progress): Counts {
  const lockers = Object.values(progress.lockers);
  const of = (end: LockerEnd) => lockers.filter((locker) => locker.end === end).length;
  return {
    planned: lockers.length,
    updated: of('updated'),
    unchanged: of('unchanged'),
    restored: of('restored'),
    failed: of('failed'),
    skipped: of('skipped'),
    unreachable: of('unreachable'),
  };
}

/** Failures that count against the budget: all of them, and those of the canary batch. */
export function countFailures(plan: Plan, progress: Progress): { readonly canary: number; readonly total: number } {
  const canaries = plan.batches[0]?.lockers ?? [];
  return {
    canary: canaries.filter((name) => progress.lockers[name]?.counted).length,
    total: Object.values(progress.lockers).filter(({ counted }) => counted).length,
  };
}

/** The count of failures at which the rollout stops as things stand. */
export function stopsAt(plan: Plan, progress: Progress): number {
  const total = progress.acknowledged.total + plan.limits.totalFailures + 1;
  return progress.batch === 1 ? Math.min(total, progress.acknowledged.canary + plan.limits.canaryFailures + 1) : total;
}

export function endStateOf(progress: Progress): EndState {
  if (progress.fault) return 'failed';
  if (progress.abort) return 'aborted';
  if (progress.rollback) return 'rolled-back';
  const fine = Object.values(progress.lockers).every(
    ({ end, reason }) => end === 'updated' || (end === 'unchanged' && reason === null),
  );
  return fine ? 'succeeded' : 'completed-with-exceptions';
}
