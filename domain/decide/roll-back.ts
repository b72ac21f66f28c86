/**
 * The way back of a whole rollout: what it changed goes to the version that it came from, without
 * gates, soak or budget, throttled by a limit of its own. Invariants: a locker goes back at most
 * once; one that can't is listed with its reason and stops no other; none that this rollout left
 * as it was is touched.
 */
import type { LockerName } from '../model/ids';
import type { Plan, PlannedLocker } from '../model/plan';
import type { LockerProgress, LockerStage, Progress } from '../model/progress';
import { keptBy } from './box-migrations';
import { changeLocker, dropHolds, endLocker, isStuck, WAITS_ANEW } from './change-progress';

interface Wish {
  readonly actor: string;
  readonly reason: string | null;
}

/** A locker that is stuck is at no safe point: its hold outlives this as it outlives an abort. */
export function rollBack(progress: Progress, { actor, reason }: Wish, now: number): Progress {
  if (progress.rollback || progress.abort || progress.fault) return progress;
  const freed = dropHolds(progress, (hold) => !isStuck(hold));
  return { ...freed, pause: null, gate: null, rollback: { actor, reason, at: now } };
}

/** Where a locker is moved once it is drained. */
export function moveStageOf({ back }: Pick<LockerProgress, 'back'>): LockerStage {
  return back === true ? 'restoring' : 'updating';
}

/** Repeated until nothing follows any more (advance.ts): lockers in flight turn when they have come to their end. */
export function turnBack(plan: Plan, progress: Progress, now: number): Progress {
  if (!progress.rollback || progress.abort || progress.fault) return progress;
  return plan.lockers.reduce((reached, planned) => turn(plan, reached, planned, now), progress);
}

function turn(plan: Plan, progress: Progress, planned: PlannedLocker, now: number): Progress {
  const { name: locker, from, action } = planned;
  const at = progress.lockers[locker];
  if (!at || at.back === true || action === 'none') return progress;
  const waits = at.stage === 'waiting';
  const skipped = (reason: string) => endLocker(plan, progress, { locker, end: 'skipped', reason }, now);
  if (waits && at.halfWay !== true) return skipped('rolled back before its turn');
  if (!waits && (at.stage !== 'ended' || at.end === null || !wasChanged(at))) return progress;
  const why = from === null ? NOWHERE : keptBy(plan, progress, locker);
  if (why !== null) return waits ? skipped(why) : stay(progress, locker, { at, why });
  return changeLocker(progress, locker, { ...WAITS_ANEW, back: true, cycle: at.cycle + 1, cameAs: at.end ?? 'skipped' });
}

/** An unreachable one may have been changed or not; the box knows, and does nothing where nothing is to do. */
export function wasChanged({ end, linked, halfWay }: Pick<LockerProgress, 'end' | 'linked' | 'halfWay'>): boolean {
  return end === 'updated' || end === 'unreachable' || (end === 'skipped' && (linked === true || halfWay === true));
}

/** Listed with its reason, in nobody's way. */
function stay(progress: Progress, locker: LockerName, { at, why }: { at: LockerProgress; why: string }): Progress {
  if (at.reason?.includes(why) === true) return progress;
  return changeLocker(progress, locker, { reason: at.reason === null ? why : `${at.reason}; ${why}` });
}
const NOWHERE = 'can not go back: there is no earlier version';

/** Why it is on its way back: its own update came to nothing, or what it did is taken back. null: it goes forward. */
export function whyRestored(progress: Progress, locker: LockerName): string | null {
  const { failure = null, back = false } = progress.lockers[locker] ?? {};
  return failure ?? (back ? whyBack(progress, locker) : null);
}

/** What its way back ends with, as people read it. */
export function whyBack({ rollback, lockers }: Progress, locker: LockerName): string {
  const failed = lockers[locker]?.checkFailed ?? null;
  if (failed !== null) return failed;
  const by = rollback ? ` by ${rollback.actor}` : '';
  return `rolled back${by}${rollback?.reason ? `: ${rollback.reason}` : ''}`;
}
