/**
 * A locker that was updated, proven and counted, and then went down again and again: the box counts
 * that, and here it is a failure of the rollout like any other. It is restored, counted, and the
 * budget says what follows. Invariant: told twice it changes nothing more, since its cycle is another by then.
 */
import type { Plan } from '../model/plan';
import type { Progress } from '../model/progress';
import { changeLocker } from './change-progress';
import { failUpdate } from './fold-move';
import { reopenBatch } from './reopen-batch';
import type { RolloutEvent } from './rollout-event';

export type CrashLoop = Extract<RolloutEvent, { kind: 'crash-loop' }>;

export function foldCrashLoop(plan: Plan, progress: Progress, { locker, cycle, crashes, why }: CrashLoop, now: number): Progress {
  const at = progress.lockers[locker];
  const planned = plan.lockers.find(({ name }) => name === locker);
  // Once it goes back or comes to its end, the box cares for it alone.
  if (progress.abort || progress.fault || progress.rollback) return progress;
  if (at?.end !== 'updated' || at.cycle !== cycle || planned?.action !== 'update') return progress;
  const failure = `crashed ${crashes} times in five minutes after it was updated${why === '' ? '' : `: ${why}`}`;
  const anew = { end: null, reason: null, endedAt: null, beganAt: now };
  const open = changeLocker(reopenBatch(plan, progress, locker), locker, anew);
  return failUpdate(plan, open, { locker, failure }, now);
}
