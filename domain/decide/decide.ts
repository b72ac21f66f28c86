/**
 * What comes next, from a plan, what happened so far, and the time. Pure, and under Temporal's
 * replay contract: keep it small. Invariants: nothing begins while anything halts the rollout;
 * a batch begins only after the former one's lockers ended, its soak, and its approval
 * (advance.ts moves `batch`); no begin takes the box over its slots (box-load.ts).
 */
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { Progress, RunState } from '../model/progress';
import { boxLoad } from './box-load';
import { dueBarrier, haltable, outlivesAbort, risers } from './barrier';
import { dueMigration, dueUndo, isBarrierAhead, isMigrating, waitsForStart } from './box-migrations';
import { isHalted, isStuck } from './change-progress';
import { checkDue } from './check-due';
import { endStateOf } from './count-ends';
import type { Ask, Decision } from './decision';
import { progressDueAt } from './progress-due';
import { lockersUpTo } from './reopen-batch';
import { reminderDueAt } from './remind';
import { batchNow } from './rules-now';

export function decide(plan: Plan, progress: Progress, now: number): Decision {
  if (isDone(plan, progress, now)) return { kind: 'done', state: endStateOf(progress) };
  const check = checkDue(plan, progress, now);
  return {
    kind: 'walk',
    begin: [
      ...risers(plan, progress),
      ...(isHalted(progress) || opensAt(plan, progress, now) !== now ? [] : mayBegin(plan, progress)),
    ],
    migrate: dueBarrier(plan, progress) ?? (opensAt(plan, progress, now) === now ? dueMigration(plan, progress) : null),
    recall: draining(plan, progress).filter((name) => isHalted(progress) || turnsAround(progress, name)),
    ...(check && !isHalted(progress) && { check }),
    waitUntil: soonest(waitUntil(plan, progress, now), nextOpening(plan, progress, now)),
    state: runStateOf(plan, progress, now),
    ask: askOf(progress),
  };
}

function isDone(plan: Plan, progress: Progress, now: number): boolean {
  const allEnded = Object.values(progress.lockers).every(({ stage }) => stage === 'ended');
  if (isMigrating(progress)) return false;
  if (progress.abort || progress.fault) return allEnded;
  if (progress.rollback) return allEnded && !isHalted(progress) && dueUndo(plan, progress) === null;
  return allEnded && progress.batch > plan.batches.length && !isHalted(progress) && !checkDue(plan, progress, now);
}

function mayBegin(plan: Plan, progress: Progress): LockerName[] {
  if (!progress.rollback && isBarrierAhead(plan, progress)) return haltable(plan, progress);
  const load = boxLoad(plan, progress);
  let room = load.slots - load.down;
  let unprovenRoom = load.maxUnproven - load.inFlight;
  const takesSlot = new Map(plan.lockers.map(({ name, baseline }) => [name, baseline === 'serving']));
  return candidates(plan, progress).filter((name) => {
    if (progress.lockers[name]?.stage !== 'waiting' || unprovenRoom <= 0) return false;
    if (takesSlot.get(name) && room <= 0) return false;
    if (takesSlot.get(name)) room -= 1;
    unprovenRoom -= 1;
    return true;
  });
}

/** All that still have to go back, since the rollout or a check wants it; and forward those of the batch and of earlier ones. */
function candidates(plan: Plan, progress: Progress): readonly LockerName[] {
  const { batch, rollback, lockers } = progress;
  const back = plan.lockers.map(({ name }) => name).filter((name) => lockers[name]?.back === true);
  if (rollback || waitsForStart(plan, progress)) return back;
  return [...back, ...lockersUpTo(plan, batch).filter((name) => lockers[name]?.back !== true)];
}

/** It drains forward, and the rollout goes back. */
const turnsAround = ({ rollback, lockers }: Progress, name: LockerName): boolean =>
  Boolean(rollback) && lockers[name]?.back !== true;

function draining(plan: Plan, progress: Progress): LockerName[] {
  return plan.lockers.map(({ name }) => name).filter((name) => progress.lockers[name]?.stage === 'draining');
}

/** `now` where a locker may begin now; null: never more. A way back waits for no window. */
export function opensAt({ windows }: Plan, { rollback }: Progress, now: number): number | null {
  if (!windows || rollback) return now;
  const next = windows.find(({ closes }) => closes > now);
  return next ? Math.max(now, next.opens) : null;
}

/** null: nobody waits for one. */
function nextOpening(plan: Plan, progress: Progress, now: number): number | null {
  const opens = opensAt(plan, progress, now);
  return opens === now || isHalted(progress) ? null : opens;
}

const soonest = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : Math.min(a, b));

function waitUntil(plan: Plan, progress: Progress, now: number): number | null {
  if (progress.pause) return pauseEnds(progress);
  const reminder = reminderDueAt(plan, progress);
  if (isHalted(progress)) return reminder;
  const due = progressDueAt(plan, progress);
  if (progress.rollback) return due;
  if (progress.gate) return soonest(progress.gate.since + plan.policy.gateTimeoutMs, reminder);
  if (checkDue(plan, progress, now)) return null;
  const batch = batchNow(plan, progress, progress.batch);
  if (!batch || progress.batchEndedAt === null) return due;
  const soaked = progress.batchEndedAt + batch.soakMs;
  // One that is over and did not pass waits for something else.
  return soaked > now ? soaked : due;
}

/** After an abort a pause is over. */
const pauseEnds = ({ pause, abort, fault }: Progress): number | null => (abort || fault ? null : (pause?.until ?? null));

export function runStateOf(plan: Plan, progress: Progress, now: number): RunState {
  const { abort, fault, pause, holds, gate, rollback } = progress;
  const stuck = holds.some((hold) => outlivesAbort(plan, progress, hold));
  if (abort || fault) return stuck ? 'held' : 'settling';
  if (pause) return 'paused';
  if (holds.length > 0) return 'held';
  if (rollback) return 'rolling-back';
  if (gate) return 'waiting-for-approval';
  return opensAt(plan, progress, now) === now ? 'running' : 'waiting-for-window';
}

/** The most urgent one: a locker that is stuck half way, then a person's own pause, then our holds, then the gate. */
export function askOf({ pause, holds, gate }: Progress): Ask | null {
  const stuck = holds.find(isStuck);
  if (stuck) return { kind: 'lift', hold: stuck };
  if (pause) return { kind: 'resume', pause };
  if (holds[0]) return { kind: 'lift', hold: holds[0] };
  return gate && { kind: 'approve', batch: gate.batch };
}
