/** A locker of a batch that had ended has not ended any more: what followed from the end follows anew. Pure. */
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { Progress } from '../model/progress';
import { waitsForStart } from './box-migrations';
import { dropHolds } from './change-progress';

/** A gate that stands was asked for with other evidence; one that was rejected stays so. */
export function reopenBatch(plan: Plan, progress: Progress, locker: LockerName): Progress {
  const of = plan.batches.find(({ lockers }) => lockers.includes(locker));
  if (!of || of.number > progress.batch) return progress;
  // What comes before the first locker comes before this one.
  const batch = waitsForStart(plan, { ...progress, batch: 1 }) ? 1 : lastBegun(plan, progress, of.number);
  // Of a batch that comes again nobody knows yet what it shows.
  const known = dropHolds(progress, ({ reason }) => reason === 'no-evidence' && batch < progress.batch);
  const open = { ...known, batch, batchEndedAt: null };
  if (progress.holds.some(({ reason }) => reason === 'rejected')) return open;
  return dropHolds({ ...open, gate: null }, ({ reason }) => reason === 'gate-timeout');
}

/** A batch of which nobody has begun yet does not begin before the former one has ended again. */
function lastBegun({ batches }: Plan, { batch, lockers }: Progress, from: number): number {
  const hasBegun = (number: number) => batches[number - 1]?.lockers.some((name) => (lockers[name]?.beganAt ?? null) !== null);
  let last = batch;
  while (last > from && hasBegun(last) !== true) last -= 1;
  return last;
}

/** Those of the batch that runs, and those of earlier ones that have not ended any more. */
export function lockersUpTo({ batches }: Plan, batch: number): readonly LockerName[] {
  return batches.slice(0, batch).flatMap(({ lockers }) => lockers);
}
