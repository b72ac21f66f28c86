/** The counts that every screen shows (they sum to `planned` at the end), failures, and the end state. */
import type { LockerName } from '../model/ids';
import type { Counts, LockerEnd } from '../model/outcome';
import type { Plan } from '../model/plan';
import type { Acknowledged, EndState, Progress } from '../model/progress';

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

/** Of the batch that runs. */
export function batchFailures(plan: Plan, { batch, lockers }: Progress): number {
  return (plan.batches[batch - 1]?.lockers ?? []).filter((name) => lockers[name]?.counted).length;
}

export function countUnreachable({ lockers }: Progress): number {
  return Object.values(lockers).filter(({ end }) => end === 'unreachable').length;
}

/** That nobody has acknowledged yet. */
export function newlyUnreachable(progress: Progress): number {
  const { unreachable = 0, lockers } = progress.acknowledged;
  // Progress of an earlier version has no names.
  if (lockers === undefined) return countUnreachable(progress) - unreachable;
  return Object.entries(progress.lockers).filter(
    ([name, { end }]) => end === 'unreachable' && !lockers.includes(name as LockerName),
  ).length;
}

/** All that a `resume` acknowledges: the budgets count on from here. */
export function acknowledgeAll(plan: Plan, progress: Progress, now: number): Acknowledged {
  return {
    ...countFailures(plan, progress),
    batch: { number: progress.batch, failures: batchFailures(plan, progress) },
    unreachable: countUnreachable(progress),
    at: now,
    lockers: acknowledgedNames(plan, progress),
  };
}

/** By policy: of those that can not be reached it says nothing, they are counted apart. */
export function acknowledgeFailures(plan: Plan, progress: Progress, now: number): Acknowledged {
  const { unreachable = 0, lockers: before = [] } = progress.acknowledged;
  const all = acknowledgeAll(plan, progress, now);
  const lockers = all.lockers?.filter((name) => progress.lockers[name]?.end !== 'unreachable' || before.includes(name));
  return { ...all, unreachable, ...(lockers && { lockers }) };
}

function acknowledgedNames(plan: Plan, { lockers }: Progress): LockerName[] {
  const names = plan.lockers.map(({ name }) => name);
  return names.filter((name) => lockers[name]?.counted || lockers[name]?.end === 'unreachable');
}

/** Failures of the running batch that nobody has acknowledged yet. */
export function newInBatch(plan: Plan, progress: Progress): number {
  const { batch, lockers } = progress.acknowledged;
  // By name, since the batch that runs may be an earlier one than it was then. Progress of an earlier version has no names.
  if (lockers === undefined) return batchFailures(plan, progress) - (batch?.number === progress.batch ? batch.failures : 0);
  const inBatch = plan.batches[progress.batch - 1]?.lockers ?? [];
  return inBatch.filter((name) => progress.lockers[name]?.counted && !lockers.includes(name)).length;
}

/** The count of failures at which the rollout stops as things stand. */
export function stopsAt(plan: Plan, progress: Progress): number {
  const inAll = progress.acknowledged.total + plan.limits.totalFailures + 1;
  const { batchFailures: ofBatch } = plan.limits;
  const failed = countFailures(plan, progress).total;
  // The batch's own budget may stop it sooner.
  const total =
    ofBatch === null || ofBatch === undefined
      ? inAll
      : Math.min(inAll, failed + Math.max(0, ofBatch + 1 - newInBatch(plan, progress)));
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
