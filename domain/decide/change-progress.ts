/** The few ways in which progress changes; every other file of this folder is written in them. */
import type { LockerName } from '../model/ids';
import type { LockerEnd } from '../model/outcome';
import type { Plan } from '../model/plan';
import type { Hold, LockerProgress, Progress } from '../model/progress';

/** Enough for the story of a bad night; older ones are in the workflow's history. */
const MAX_NOTES = 50;

export function changeLocker(progress: Progress, name: LockerName, change: Partial<LockerProgress>): Progress {
  const locker = progress.lockers[name];
  if (!locker) return progress;
  return { ...progress, lockers: { ...progress.lockers, [name]: { ...locker, ...change } } };
}

/** A locker whose turn comes once more. */
export const WAITS_ANEW = {
  stage: 'waiting',
  end: null,
  reason: null,
  counted: false,
  beganAt: null,
  endedAt: null,
  failure: null,
  already: false,
  retry: null,
} as const;

export interface Ending {
  readonly locker: LockerName;
  readonly end: LockerEnd;
  readonly reason: string | null;
}

export function endLocker(plan: Plan, progress: Progress, { locker, end, reason }: Ending, now: number): Progress {
  const planned = plan.lockers.find(({ name }) => name === locker);
  // A locker that was sick before is baseline: in the counts, not in the budget.
  const { stage, former = null, back, checkFailed = null } = progress.lockers[locker] ?? {};
  const goesBack = back === true && checkFailed === null;
  // Tried again, and its turn did not come: it is where it was.
  const how =
    stage === 'waiting' && former
      ? { end: former.end, reason: [former.reason, reason].filter(Boolean).join('; ') }
      : { end, reason };
  const counted = (how.end === 'failed' || how.end === 'restored') && planned?.baseline !== 'failing' && !goesBack;
  const ended = changeLocker(progress, locker, { stage: 'ended', ...how, counted, endedAt: now, retry: null });
  const told = former === null ? ended : changeLocker(ended, locker, { former: null });
  return { ...told, lastEndAt: now };
}

/** Of one that is left as it is: one that was to go back is what it was before. */
export function unmovedEnd(
  { back, cameAs = 'updated', checkFailed = null, halfWay = false }: Partial<LockerProgress>,
  why: string,
): Pick<Ending, 'end' | 'reason'> {
  if (checkFailed !== null) return { end: 'failed', reason: `${checkFailed}; ${why}: it stays up on the release` };
  return { end: back === true ? cameAs : 'skipped', reason: halfWay ? `${why}; ${UNSEEN}` : why };
}
const UNSEEN = 'nobody has seen which release it is on since its migration was undecided';

/** Not taken after all: it waits for its turn again, and its next requests have tokens of their own. */
export function sendBack(progress: Progress, name: LockerName): Progress {
  const cycle = (progress.lockers[name]?.cycle ?? 0) + 1;
  return changeLocker(progress, name, { stage: 'waiting', cycle, beganAt: null, already: false, retry: null });
}

/**
 * One hold for a reason and locker: the first says what happened. A rollout that comes to its end
 * asks nobody any more, except, after an abort, how a locker that is stuck half way is to go on.
 */
export function addHold(progress: Progress, hold: Hold): Progress {
  if (progress.fault || (progress.abort && !isStuck(hold))) return progress;
  const known = progress.holds.some(({ reason, locker }) => reason === hold.reason && locker === hold.locker);
  return known ? progress : { ...progress, holds: [...progress.holds, hold] };
}

/** About a locker that is neither up nor on its way there: an abort and a roll-back wait for a person's word on it as well. */
export function isStuck({ reason, locker }: Hold): boolean {
  return reason === 'stop-timed-out' || (reason === 'migration-undecided' && locker !== null);
}

export function dropHolds(progress: Progress, dropped: (hold: Hold) => boolean): Progress {
  const holds = progress.holds.filter((hold) => !dropped(hold));
  return holds.length === progress.holds.length ? progress : { ...progress, holds };
}

export function addNote(progress: Progress, text: string, at: number): Progress {
  if (progress.notes.some((note) => note.at === at && note.text === text)) return progress;
  return { ...progress, notes: [...progress.notes, { at, text }].slice(-MAX_NOTES) };
}

/** Moves our deadlines by the time in which our clocks stood. */
export function moveClocks(progress: Progress, from: number, ms: number): Progress {
  const moved = (since: number) => since + Math.max(0, ms - Math.max(0, since - from));
  return {
    ...progress,
    batchEndedAt: progress.batchEndedAt === null ? null : moved(progress.batchEndedAt),
    gate: progress.gate && { ...progress.gate, since: moved(progress.gate.since) },
  };
}

/** Somebody or something wants no locker to begin. */
export function isHalted({ pause, holds, abort, fault }: Progress): boolean {
  return pause !== null || holds.length > 0 || abort !== null || fault !== null;
}
