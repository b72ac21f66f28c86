/**
 * A locker that a person has tried again: one that is stuck half way, or one that ended and is not
 * where it was to be. Invariants: every locker still has one end in the end (one whose turn does not
 * come any more has the end that it had); a failure that is tried again counts no more, and
 * neither does its acknowledgement, so that the budgets stay as wide as they were.
 */
import type { LockerName } from '../model/ids';
import type { LockerEnd } from '../model/outcome';
import type { Plan } from '../model/plan';
import type { Acknowledged, Hold, LockerProgress, Progress } from '../model/progress';
import { isBarrierAhead, isBarrierBegun } from './box-migrations';
import { addNote, changeLocker, dropHolds, isHalted, isStuck, sendBack, WAITS_ANEW } from './change-progress';
import { askAgain } from './fold-checks';
import { reopenBatch } from './reopen-batch';
import { drainsFirst } from './drains-first';
import { moveStageOf } from './roll-back';

export interface Retry {
  readonly locker: LockerName;
  /** For one that hangs in its stop. */
  readonly how: 'wait' | 'kill';
  readonly actor: string;
  readonly reason: string | null;
}

const BADLY: ReadonlySet<LockerEnd> = new Set<LockerEnd>(['restored', 'failed', 'skipped', 'unreachable']);
/** On the way back: also those that stayed where the rollout had brought them. */
const NOT_BACK: ReadonlySet<LockerEnd> = new Set<LockerEnd>(['updated', 'failed', 'unreachable']);

/** null: it can be tried again. Else the rest of a sentence. */
export function retryRefusal(plan: Plan, progress: Progress, locker: LockerName): string | null {
  const { lockers, abort, fault, rollback } = progress;
  const at = Object.hasOwn(lockers, locker) ? lockers[locker] : undefined;
  const planned = plan.lockers.find(({ name }) => name === locker);
  if (!at || !planned) return `the plan has no locker ${locker.slice(0, 40)}. Use a name that status lists.`;
  if (at.stage === 'stuck' || at.stage === 'inconclusive') return null;
  if (abort || fault) return 'it comes to its end; no locker begins any more.';
  if (planned.heldOut !== undefined) return `${locker} is left out of this rollout (${planned.heldOut}).`;
  if (at.stage !== 'ended' || at.end === null) return `${locker} is not stuck and has not ended (it is ${at.stage}).`;
  if (rollback ? at.back === true && NOT_BACK.has(at.end) : BADLY.has(at.end)) return null;
  if (rollback) return `${locker} has nothing to go back from (it ended ${at.end}).`;
  return `${locker} is where it was to be (it ended ${at.end}).`;
}

export function retryLocker(plan: Plan, progress: Progress, retry: Retry, now: number): Progress {
  const { locker } = retry;
  const at = progress.lockers[locker];
  if (!at || retryRefusal(plan, progress, locker) !== null) return progress;
  if (at.stage === 'inconclusive') return askAgain(progress, locker);
  return at.stage === 'stuck' ? retryStuck(plan, progress, at, retry) : retryEnded(plan, progress, { ...retry, at }, now);
}

function retryStuck(plan: Plan, progress: Progress, stuck: LockerProgress, { locker, how }: Retry): Progress {
  const own = progress.holds.filter((hold) => isStuck(hold) && hold.locker === locker);
  const freed = dropHolds(progress, (hold) => own.includes(hold));
  if (own.some(({ reason }) => reason === 'migration-undecided')) return goOn(plan, freed, stuck, locker);
  const first = isBarrierAhead(plan, progress) && stuck.back !== true ? 'halting' : moveStageOf(stuck);
  const stage = stuck.failure === null ? first : 'restoring';
  return changeLocker(freed, locker, { stage, cycle: stuck.cycle + 1, retry: how });
}

/**
 * Once somebody has said what became of its migration the box brings it up by itself: it may be at work,
 * and is no reason to go forward where the rollout does not.
 */
function goOn(plan: Plan, progress: Progress, stuck: LockerProgress, locker: LockerName): Progress {
  const { back, failure, cycle } = stuck;
  const turns = Boolean(progress.rollback) && back !== true;
  // In a barrier it is parked: nobody brings it up but we.
  if (failure === null && (isHalted(progress) || turns) && !isBarrierBegun(plan, progress)) return sendBack(progress, locker);
  const forward =
    drainsFirst(plan, locker) && !isBarrierBegun(plan, progress) ? 'draining' : moveStageOf({ back: back === true });
  return changeLocker(progress, locker, { stage: failure === null ? forward : 'restoring', cycle: cycle + 1, retry: null });
}

type Ended = Retry & { readonly at: LockerProgress };

function retryEnded(plan: Plan, progress: Progress, { locker, actor, reason, at }: Ended, now: number): Progress {
  const { end, reason: why, cycle } = at;
  if (end === null) return progress;
  const acknowledged = forget(plan, progress.acknowledged, { locker, at });
  const anew = {
    ...WAITS_ANEW,
    cycle: cycle + 1,
    former: { end, reason: why },
    ...((at.checkFailed ?? null) !== null && FORWARD_AGAIN),
  };
  const again = changeLocker({ ...progress, acknowledged, ...uncheck(progress) }, locker, anew);
  const text = `${actor} has ${locker} tried again${reason ? ` (${reason})` : ''}; it had ended ${end}${why ? `: ${why}` : ''}`;
  return addNote(dropHolds(reopenBatch(plan, again, locker), isAbout(plan, progress, locker)), text, now);
}

/** The full checks had sent it back. */
const FORWARD_AGAIN = { back: false, checkFailed: null } as const;

/** What runs the release from now on has not been asked the full checks. */
function uncheck({ checked }: Progress): Pick<Progress, 'checked'> {
  return checked ? { checked: checked.filter((moment) => moment !== 'end') } : {};
}

/** Those of a cause that is tried again. Where a budget is used up all the same, it holds again at once (advance.ts). */
function isAbout(plan: Plan, { batch }: Progress, locker: LockerName): (hold: Hold) => boolean {
  const ofBatch = plan.batches[batch - 1]?.lockers.includes(locker) === true;
  return ({ reason, locker: named }) =>
    named === locker || reason === 'failures' || reason === 'unreachable' || (reason === 'no-evidence' && ofBatch);
}

/** What was acknowledged of it is so no more. */
function forget(
  { batches }: Plan,
  acknowledged: Acknowledged,
  { locker, at }: { readonly locker: LockerName; readonly at: LockerProgress },
): Acknowledged {
  const { canary, total, batch, unreachable = 0, lockers } = acknowledged;
  // Progress of an earlier version does not say which ones: then the budget is rather narrower.
  if (lockers !== undefined && !lockers.includes(locker)) return acknowledged;
  const { counted } = at;
  const inBatch = (number: number) => counted && batches[number - 1]?.lockers.includes(locker) === true;
  return {
    ...acknowledged,
    canary: oneLess(inBatch(1), canary),
    total: oneLess(counted, total),
    ...(batch && { batch: { ...batch, failures: oneLess(inBatch(batch.number), batch.failures) } }),
    unreachable: oneLess(at.end === 'unreachable', unreachable),
    ...(lockers && { lockers: lockers.filter((name) => name !== locker) }),
  };
}

const oneLess = (counts: boolean, of: number): number => Math.max(0, of - (counts ? 1 : 0));
