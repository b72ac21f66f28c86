/** What a drain came to, and its undo. Called for a locker that is in that step only. */
import { formatDuration } from '../model/format-duration';
import type { LockerName } from '../model/ids';
import type { DrainOutcome } from '../model/outcome';
import type { Plan } from '../model/plan';
import type { LockerStage, Progress } from '../model/progress';
import { addHold, addNote, changeLocker, endLocker, isHalted, sendBack, unmovedEnd } from './change-progress';
import { moveStageOf, whyBack } from './roll-back';
import { tellingLine } from './telling-line';

interface Of<O> {
  readonly locker: LockerName;
  readonly outcome: O;
}
type TimedOutDrain = Extract<DrainOutcome, { kind: 'timed-out' }>;

export function foldDrain(plan: Plan, progress: Progress, { locker, outcome }: Of<DrainOutcome>, now: number): Progress {
  if (outcome.kind === 'timed-out') return foldDrainTimeout(plan, progress, { locker, outcome }, now);
  return changeLocker(progress, locker, { stage: afterDrain(progress, locker) });
}

/** A halt, or a roll-back that came while it drained forward, takes the drain back. */
function afterDrain(progress: Progress, locker: LockerName): LockerStage {
  const { back } = progress.lockers[locker] ?? {};
  const turns = Boolean(progress.rollback) && back !== true;
  return isHalted(progress) || turns ? 'undraining' : moveStageOf({ back: back === true });
}

export function foldDrainTimeout(plan: Plan, progress: Progress, { locker, outcome }: Of<TimedOutDrain>, now: number): Progress {
  const busy = `was not idle within ${formatDuration(outcome.waitedMs)}`;
  switch (plan.policy.drain.onTimeout) {
    case 'skip': {
      const at = progress.lockers[locker];
      if ((at?.checkFailed ?? null) !== null) return leaveFailed(plan, progress, { locker, why: busy }, now);
      const former = at?.former ?? null;
      // Tried again and not touched: it is where its first try left it.
      if (former) {
        const reason = `${former.reason ?? `had ended ${former.end}`}; tried again, it ${busy}`;
        return endLocker(plan, progress, { locker, end: former.end, reason }, now);
      }
      const stays = at?.back === true ? '; it was not rolled back' : '; it stays up on its old release';
      const why = at?.halfWay === true ? '' : stays;
      return endLocker(plan, progress, { locker, ...unmovedEnd(at ?? {}, `${busy}${why}`) }, now);
    }
    case 'proceed': {
      const noted = addNote(progress, `${locker} ${busy}; going on by policy`, now);
      return changeLocker(noted, locker, { stage: afterDrain(progress, locker) });
    }
    case 'hold':
      break;
  }
  const sentence = `${locker} ${busy}; it stays up and is tried again after resume${tellingLine(outcome.evidence)}`;
  const hold = { reason: 'drain-timed-out', sentence, liftedBy: ['resume', 'abort'], locker, since: now } as const;
  return addHold(sendBack(progress, locker), hold);
}

/** The full checks failed on it, and it can not go back. */
function leaveFailed(
  plan: Plan,
  progress: Progress,
  { locker, why }: { locker: LockerName; why: string },
  now: number,
): Progress {
  const reason = `${whyBack(progress, locker)}; it ${why} and stays up on the new release`;
  return endLocker(plan, progress, { locker, end: 'failed', reason }, now);
}

/** Its quiesce is taken back: it waits for its turn, unless its drain itself went wrong. */
export function foldUndrain(plan: Plan, progress: Progress, locker: LockerName, now: number): Progress {
  const failure = progress.lockers[locker]?.failure ?? null;
  return failure === null
    ? sendBack(progress, locker)
    : endLocker(plan, progress, { locker, end: 'failed', reason: failure }, now);
}
