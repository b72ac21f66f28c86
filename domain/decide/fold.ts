/**
 * Folds one event into the progress; the only place where progress changes. Pure, and under
 * Temporal's replay contract. Folding the same outcome twice changes nothing: a step's event
 * counts only for a locker that is in that step of that cycle.
 */
import type { Plan } from '../model/plan';
import type { LockerStage, Progress } from '../model/progress';
import { advance } from './advance';
import { beginInBarrier, foldHalt, foldStart } from './barrier';
import { foldMigration } from './box-migrations';
import { addNote, changeLocker, isHalted, moveClocks } from './change-progress';
import { foldCrashLoop } from './crash-loop';
import { foldChecks } from './fold-checks';
import { foldHook } from './fold-hook';
import { foldFault } from './fold-fault';
import { foldMessage } from './fold-message';
import { moveStageOf } from './roll-back';
import { drainsFirst } from './drains-first';
import { foldDrain, foldUndrain } from './fold-drain';
import { foldRestore, foldUpdate, foldVerify } from './fold-move';
import type { RolloutEvent, StepEvent } from './rollout-event';

export function fold(plan: Plan, progress: Progress, event: RolloutEvent, now: number): Progress {
  return advance(plan, countAnew(progress, apply(plan, progress, event, now), now), now);
}

/** The deadline of progress stands while the rollout is halted, and counts from the end of that. */
function countAnew(before: Progress, after: Progress, now: number): Progress {
  if (!isHalted(before) || isHalted(after)) return after;
  return { ...after, acknowledged: { ...after.acknowledged, at: now } };
}

function apply(plan: Plan, progress: Progress, event: RolloutEvent, now: number): Progress {
  switch (event.kind) {
    case 'tick':
      return progress;
    case 'note':
      return addNote(progress, event.text, now);
    case 'reset':
      return foldReset(progress, now);
    case 'late':
      return foldLateness(progress, event.ms, now);
    case 'begin-migration':
    case 'migrated':
    case 'migration-fault':
      return foldMigration(progress, event, now);
    case 'begin':
      return begin(plan, progress, event.locker, now);
    case 'crash-loop':
      return foldCrashLoop(plan, progress, event, now);
    case 'approve':
    case 'reject':
    case 'pause':
    case 'resume':
    case 'abort':
    case 'rollBack':
    case 'skipLocker':
    case 'adjust':
    case 'retryLocker':
      return foldMessage(plan, progress, event, now);
    case 'hook':
      return foldHook(progress, event, now);
    case 'baseline':
    case 'checked':
    case 'check-fault':
      return foldChecks(plan, progress, event, now);
    case 'drain':
    case 'drain-cancelled':
    case 'undrain':
    case 'halt':
    case 'start':
    case 'update':
    case 'verify':
    case 'restore':
    case 'fault':
      break;
  }
  return foldStep(plan, progress, event, now);
}

/** A gate that stands opens anew: who has looked at it has looked at another run. What was approved before the point of the reset stays so. */
function foldReset({ gate, ...progress }: Progress, now: number): Progress {
  const anew = gate === null ? 'no approval was asked for' : `the gate before batch ${gate.batch} asks anew`;
  const text = `the rollout was reset in Temporal: ${anew}; of what was sent before, only pause, reject and abort count`;
  return addNote({ ...progress, gate: gate && { ...gate, opened: now } }, text, now);
}

/**
 * A pause moves the clocks by itself when it is lifted. A gate moved by the lateness alone would
 * run out at this very moment, with nobody having had a chance: people get the lateness once more,
 * but never longer than the gate waits anyway.
 */
function foldLateness(progress: Progress, ms: number, now: number): Progress {
  if (progress.pause) return progress;
  const { gate, ...moved } = moveClocks(progress, now - ms, ms);
  // Nobody could come to his end meanwhile.
  const acknowledged = { ...moved.acknowledged, at: now };
  return { ...moved, acknowledged, gate: gate && { ...gate, since: Math.min(now, gate.since + ms) } };
}

function begin(plan: Plan, progress: Progress, name: string, now: number): Progress {
  const inBarrier = beginInBarrier(plan, progress, name, now);
  if (inBarrier) return inBarrier;
  const planned = plan.lockers.find((locker) => locker.name === name);
  const locker = progress.lockers[name];
  if (!planned || locker?.stage !== 'waiting') return progress;
  const stage = drainsFirst(plan, planned.name) ? 'draining' : moveStageOf(locker);
  return changeLocker(progress, planned.name, { stage, beganAt: now });
}

/** In which stages an event of a step is awaited. */
const AWAITED: Readonly<Record<StepEvent['kind'], readonly LockerStage[]>> = {
  drain: ['draining'],
  'drain-cancelled': ['draining'],
  undrain: ['undraining'],
  halt: ['halting'],
  start: ['starting'],
  update: ['updating'],
  verify: ['verifying'],
  restore: ['restoring'],
  fault: ['draining', 'undraining', 'halting', 'starting', 'updating', 'verifying', 'restoring'],
};

function foldStep(plan: Plan, progress: Progress, event: StepEvent, now: number): Progress {
  const locker = progress.lockers[event.locker];
  if (!locker || locker.cycle !== event.cycle || !AWAITED[event.kind].includes(locker.stage)) return progress;
  if (event.kind === 'fault' && event.stage !== locker.stage) return progress;
  switch (event.kind) {
    case 'drain':
      return foldDrain(plan, progress, event, now);
    case 'drain-cancelled':
      return changeLocker(progress, event.locker, { stage: 'undraining' });
    case 'undrain':
      return foldUndrain(plan, progress, event.locker, now);
    case 'halt':
      return foldHalt(progress, event, now);
    case 'start':
      return foldStart(plan, progress, event, now);
    case 'update':
      return foldUpdate(plan, progress, event, now);
    case 'verify':
      return foldVerify(plan, progress, event, now);
    case 'restore':
      return foldRestore(plan, progress, event, now);
    case 'fault':
      break;
  }
  return foldFault(plan, progress, event, now);
}
