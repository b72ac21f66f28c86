/** Until when some locker must have come to its end. Pure. */
import type { Plan } from '../model/plan';
import type { Progress } from '../model/progress';
import { isInFlight } from './box-load';
import { isHalted } from './change-progress';

/** Epoch milliseconds; null: nobody waits for one (no deadline, a halt, a soak, a gate, nothing in flight). */
export function progressDueAt({ policy }: Plan, progress: Progress): number | null {
  const { progressDeadlineMs: within = null } = policy;
  if (within === null || isHalted(progress) || progress.gate) return null;
  const lockers = Object.values(progress.lockers);
  if (!lockers.some(isInFlight)) return null;
  const begun = lockers.filter(isInFlight).map(({ beganAt }) => beganAt ?? 0);
  const ended = lockers.map(({ endedAt }) => endedAt ?? 0);
  // From the latest end on, but not before the first of those in flight began.
  return Math.max(Math.min(...begun), ...ended, progress.lastEndAt ?? 0, progress.acknowledged.at ?? 0) + within;
}
