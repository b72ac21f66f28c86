/** A pause ends: the clocks that stood go on, and what has failed so far is acknowledged. Pure. */
import type { Plan } from '../model/plan';
import type { Progress } from '../model/progress';
import { moveClocks } from './change-progress';
import { acknowledgeAll } from './count-ends';

export function liftPause(plan: Plan, progress: Progress, now: number): Progress {
  if (!progress.pause) return progress;
  const { since } = progress.pause;
  return acknowledge(plan, moveClocks({ ...progress, pause: null }, since, now - since), { before: progress, now });
}

/** The budget counts on from here; but not over failures whose hold still stands. */
export function acknowledge(plan: Plan, resumed: Progress, { before, now }: { before: Progress; now: number }): Progress {
  if (resumed.holds.some(({ reason }) => reason === 'failures')) return resumed;
  return { ...resumed, acknowledged: acknowledgeAll(plan, before, now) };
}
