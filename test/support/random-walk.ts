/**
 * Walks a plan as the workflow does, with outcomes, messages and time drawn by the caller, and
 * reports every step to a check. A model of the world beside the decider: it knows nothing of it
 * but `decide` and `fold`.
 */
import { toCheck } from '../../domain/decide/check-due';
import { decide } from '../../domain/decide/decide';
import type { Decision } from '../../domain/decide/decision';
import { fold } from '../../domain/decide/fold';
import type { RolloutEvent } from '../../domain/decide/rollout-event';
import { startProgress } from '../../domain/decide/start-progress';
import type { LockerName } from '../../domain/model/ids';
import type { DrainOutcome, UpdateOutcome, VerifyOutcome } from '../../domain/model/outcome';
import type { Plan } from '../../domain/model/plan';
import type { CheckMoment, LockerProgress, LockerStage, Progress } from '../../domain/model/progress';

export interface Draw {
  /** 0 … below - 1 */
  number(below: number): number;
}
export interface Taken {
  readonly before: Progress;
  readonly after: Progress;
  readonly event: RolloutEvent;
  readonly now: number;
}
export interface Walked {
  readonly steps: number;
  readonly progress: Progress;
  readonly decision: Decision;
}

const Moved = { downMs: 500, killed: false, fromVersion: 1, toVersion: 2 };
const evidence = ['$ lxc-info → exit 0'];

function drainOutcome(plan: Plan, draw: Draw): DrainOutcome {
  const timedOut = { kind: 'timed-out', waitedMs: 60_000, undone: plan.policy.drain.onTimeout !== 'proceed', evidence } as const;
  return draw.number(8) === 0 ? timedOut : { kind: 'idle', waitedMs: 10 };
}

function updateOutcome(draw: Draw): UpdateOutcome {
  switch (draw.number(24)) {
    case 0:
      return { kind: 'not-serving', ...Moved, reason: 'crashed', evidence };
    case 1:
      return { kind: 'stop-timed-out', waitedMs: 60_000, evidence };
    case 2:
      return { kind: 'no-start-slot', waitedMs: 600_000, evidence };
    case 3:
      return { kind: 'superseded', evidence };
    case 4:
      return { kind: 'already', ...Moved };
    case 5:
      return { kind: 'serving', ...Moved, killed: true };
    case 6:
      return { kind: 'not-migrated', ...Moved, migration: 'each', evidence };
    default:
      return { kind: 'serving', ...Moved };
  }
}

function verifyOutcome(draw: Draw): VerifyOutcome {
  if (draw.number(10) > 0) return { kind: 'healthy', build: 'b', tookMs: 10 };
  if (draw.number(3) === 0) return { kind: 'inconclusive', evidence };
  return { kind: 'unhealthy', reason: 'flapping', evidence };
}

function faultOf(draw: Draw, at: { locker: LockerName; cycle: number }, stage: LockerStage): RolloutEvent {
  const code =
    ['BoxUnreachable', 'MeNotMounted', 'TypeError', 'CommandFailed', 'LinkLost', 'MigrationUndecided'][draw.number(6)] ?? 'Error';
  return { kind: 'fault', ...at, stage, fault: { code, sentence: `${code} happened.`, cure: 'Look.', evidence } };
}

/** What the step that this locker is in may come to; null where it is in none. */
function outcomeOf(plan: Plan, locker: LockerName, { stage, cycle }: LockerProgress, draw: Draw): RolloutEvent | null {
  const at = { locker, cycle };
  if (draw.number(40) === 0 && !['waiting', 'ended', 'halted', 'stuck', 'inconclusive'].includes(stage))
    return faultOf(draw, at, stage);
  const links = plan.lockers.find(({ name }) => name === locker)?.action === 'link';
  switch (stage) {
    case 'draining':
      return { kind: 'drain', ...at, outcome: drainOutcome(plan, draw) };
    case 'undraining':
      return { kind: 'undrain', ...at };
    case 'halting':
      return draw.number(30) === 0
        ? { kind: 'halt', ...at, outcome: { kind: 'stop-timed-out', evidence } }
        : { kind: 'halt', ...at, outcome: { kind: 'stopped' } };
    case 'starting':
      return draw.number(10) === 0
        ? { kind: 'start', ...at, outcome: { kind: 'not-serving', evidence } }
        : { kind: 'start', ...at, outcome: { kind: 'serving' } };
    case 'updating':
      return { kind: 'update', ...at, outcome: links ? { kind: 'linked', ...Moved } : updateOutcome(draw) };
    case 'verifying':
      return { kind: 'verify', ...at, outcome: verifyOutcome(draw) };
    case 'restoring':
      return { kind: 'restore', ...at, outcome: updateOutcome(draw) };
    case 'waiting':
    case 'stuck':
    case 'halted':
    case 'inconclusive':
    case 'ended':
      break;
  }
  return null;
}

/** Of one locker in ten the set fails, of another it is not clear. */
function checkedOf(plan: Plan, progress: Progress, moment: CheckMoment, draw: Draw): RolloutEvent {
  const lockers = toCheck(plan, progress, moment).map((locker) => {
    const outcome = (['fail', 'inconclusive'] as const)[draw.number(20)] ?? ('pass' as const);
    return { locker, checks: [{ name: 'deep', outcome, detail: outcome === 'pass' ? null : 'status 503', asked: 3, tookMs: 1 }] };
  });
  return { kind: 'checked', moment, lockers };
}

/** What the migrations of the box that run may come to; near the end all of them come to something. */
function migrationEvents({ migrations = {} }: Progress, draw: Draw, patience: boolean): RolloutEvent[] {
  return Object.entries(migrations).flatMap(([migration, { stage, cycle }]): RolloutEvent[] => {
    if ((stage !== 'running' && stage !== 'undoing') || draw.number(3) > 0) return [];
    const how = patience ? draw.number(6) : 0;
    if (how === 1) return [{ kind: 'migrated', migration, cycle, outcome: { kind: 'not-done', evidence } }];
    if (how > 2) return [{ kind: 'migrated', migration, cycle, outcome: { kind: 'done', how: 'ran', tookMs: 1 } }];
    const code = ['BoxLost', 'MigrationUndecided', 'CommandFailed'][draw.number(3)] ?? 'Error';
    if (patience)
      return [{ kind: 'migration-fault', migration, cycle, fault: { code, sentence: `${code}.`, cure: 'Look.', evidence } }];
    return [{ kind: 'migrated', migration, cycle, outcome: { kind: 'done', how: 'already', tookMs: 1 } }];
  });
}

function messageOf(plan: Plan, progress: Progress, draw: Draw, patience: boolean): RolloutEvent {
  const person = { actor: 'ann', reason: null };
  const stuck = plan.lockers.find(({ name }) => ['stuck', 'inconclusive'].includes(progress.lockers[name]?.stage ?? ''));
  const how = draw.number(2) === 0 ? 'wait' : 'kill';
  if (stuck && draw.number(2) === 0) return { kind: 'retryLocker', ...person, locker: stuck.name, how };
  const batch = progress.gate?.batch ?? draw.number(4) + 1;
  if (progress.gate && draw.number(2) === 0) return { kind: 'approve', ...person, batch };
  if (progress.holds.some(({ reason }) => reason === 'rejected') && draw.number(3) === 0) return { kind: 'abort', ...person };
  switch (draw.number(patience ? 12 : 4)) {
    case 0:
      return { kind: 'pause', ...person };
    case 1:
      return { kind: 'reject', ...person, batch };
    case 3:
      return draw.number(15) === 0 ? { kind: 'rollBack', ...person } : { kind: 'resume', ...person };
    case 4:
      return {
        kind: 'adjust',
        ...person,
        rules: { maxDown: draw.number(6) + 1, gates: draw.number(2) === 0 ? [] : [draw.number(4) + 1] },
      };
    case 5:
      return {
        kind: 'skipLocker',
        ...person,
        locker: anyLocker(plan, draw),
      };
    case 6:
    case 7:
      return { kind: 'retryLocker', ...person, locker: anyLocker(plan, draw), how };
    case 8: {
      const locker = anyLocker(plan, draw);
      return { kind: 'crash-loop', locker, cycle: progress.lockers[locker]?.cycle ?? 0, crashes: 3, why: 'exit 1' };
    }
    case 2:
      return draw.number(20) === 0 ? { kind: 'abort', ...person } : { kind: 'resume', ...person };
    default:
      return { kind: 'resume', ...person };
  }
}

const anyLocker = (plan: Plan, draw: Draw): LockerName =>
  plan.lockers[draw.number(plan.lockers.length)]?.name ?? ('l01' as LockerName);

/** Draws what happens next. Near the end of its patience the world only answers, so that every walk can end. */
export function walkAtRandom(plan: Plan, draw: Draw, check: (taken: Taken, decision: Decision) => void): Walked {
  let now = 1_000_000;
  let progress = startProgress(plan, now);
  let steps = 0;
  const take = (event: RolloutEvent) => {
    const before = progress;
    progress = fold(plan, progress, event, now);
    steps += 1;
    check({ before, after: progress, event, now }, decide(plan, progress, now));
  };
  take({ kind: 'tick' });
  for (let round = 0; round < 3_000; round += 1) {
    const decision = decide(plan, progress, now);
    if (decision.kind === 'done') return { steps, progress, decision };
    if (decision.migrate !== null) take({ kind: 'begin-migration', migration: decision.migrate });
    for (const locker of decision.begin) take({ kind: 'begin', locker });
    for (const locker of decision.recall) {
      const cycle = progress.lockers[locker]?.cycle ?? 0;
      if (draw.number(3) > 0) take({ kind: 'drain-cancelled', locker, cycle });
    }
    const events = plan.lockers.flatMap(({ name }) => {
      const at = progress.lockers[name];
      const event = at && draw.number(3) === 0 ? outcomeOf(plan, name, at, draw) : null;
      return event ? [event] : [];
    });
    events.forEach(take);
    if (decision.check && draw.number(3) === 0) take(checkedOf(plan, progress, decision.check, draw));
    for (const event of migrationEvents(progress, draw, round < 300)) take(event);
    if (draw.number(6) === 0) take(messageOf(plan, progress, draw, round < 300));
    if (draw.number(30) === 0) take({ kind: 'late', ms: 40_000 });
    now = decision.waitUntil !== null && draw.number(3) === 0 ? decision.waitUntil : now + draw.number(5_000);
    take({ kind: 'tick' });
  }
  return { steps, progress, decision: decide(plan, progress, now) };
}
