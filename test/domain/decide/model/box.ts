/**
 * The truth that the decider never sees: which release each locker's `current` names, and who moved
 * it there. It answers the steps as a box may, and remembers what it was asked.
 */
import type { CheckEvent, StepEvent } from '../../../../domain/decide/rollout-event';
import type { CheckResult } from '../../../../domain/model/check';
import type { LockerName } from '../../../../domain/model/ids';
import type { UpdateOutcome } from '../../../../domain/model/outcome';
import type { Plan, PlannedLocker } from '../../../../domain/model/plan';
import type { CheckMoment, LockerProgress } from '../../../../domain/model/progress';

export interface Truth {
  /** `unknown`: the link broke in the middle. */
  readonly on: 'from' | 'new' | 'unknown';
  /** Somebody else moved it. */
  readonly byStranger: boolean;
  /** By the migrations of the plan; `half`: nobody knows. */
  readonly data: 'before' | 'half' | 'after';
}

export interface Box {
  truthOf(locker: LockerName): Truth;
  /** null: nothing is asked of it now. */
  answer(planned: PlannedLocker, at: LockerProgress, how: number): StepEvent | null;
}

const evidence = ['$ lxc-info → exit 0'];
const FAULTS = ['BoxUnreachable', 'LinkLost', 'MeNotMounted', 'CommandFailed', 'TypeError', 'ChangesFrozen'] as const;
const isLink = (code: string) => code === 'BoxUnreachable' || code === 'LinkLost';

/** Thrown by the box, as faults are. */
class Unfit extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export function makeBox(plan: Plan): Box {
  const truth = new Map<LockerName, Truth>(
    plan.lockers.map(({ name, action }) => [name, { on: action === 'none' ? 'new' : 'from', byStranger: false, data: 'before' }]),
  );
  const truthOf = (name: LockerName): Truth => truth.get(name) ?? { on: 'from', byStranger: false, data: 'before' };
  const change = (name: LockerName, to: Partial<Truth>) => void truth.set(name, { ...truthOf(name), ...to });
  const move = (name: LockerName, on: Truth['on'], byStranger = false) => change(name, { on, byStranger });

  /** What its migration comes to while it is down; null: its data are where the goal reads them. */
  function migrated(
    name: LockerName,
    to: 'from' | 'new',
    how: number,
  ): 'not-migrated' | 'MigrationUndecided' | 'ReleaseTooOld' | null {
    const mine = (plan.migrations ?? []).find(({ lockers }) => lockers?.includes(name));
    const goal = to === 'new' ? 'after' : 'before';
    if (!mine) return null;
    // Somebody has said what became of it, and the box has brought it up where its data fit.
    if (truthOf(name).data === 'half') {
      const done = how % 2 === 0;
      change(name, { data: done ? 'after' : 'before', on: done ? 'new' : 'from' });
    }
    if (truthOf(name).data === goal) return null;
    if (to === 'from' && !mine.reversible) return 'ReleaseTooOld';
    if (how % 13 === 1) return 'not-migrated';
    change(name, { data: how % 13 === 2 ? 'half' : goal });
    return how % 13 === 2 ? 'MigrationUndecided' : null;
  }

  function faultOf(at: Pick<LockerProgress, 'stage' | 'cycle'>, locker: LockerName, how: number): StepEvent {
    const code = how % 97 === 0 ? 'Fenced' : (FAULTS[how % FAULTS.length] ?? 'TypeError');
    const moves = at.stage === 'updating' || at.stage === 'restoring';
    if (moves && isLink(code)) move(locker, 'unknown');
    const fault = { code, sentence: `${code} happened.`, cure: 'Look.', evidence };
    return { kind: 'fault', locker, cycle: at.cycle, stage: at.stage, fault };
  }

  /** `to`: where the step wants it. */
  function moved(
    { name, action }: PlannedLocker,
    to: 'from' | 'new',
    { how, mayHang }: { how: number; mayHang: boolean },
  ): UpdateOutcome {
    const there = truthOf(name).on === to;
    const versions = to === 'new' ? { fromVersion: 1, toVersion: 2 } : { fromVersion: 2, toVersion: 1 };
    const down = { downMs: 400, killed: how % 5 === 0, ...versions };
    if (how % 24 === 1 && mayHang && action !== 'link') return { kind: 'stop-timed-out', waitedMs: 60_000, evidence };
    if (how % 24 === 2) return { kind: 'no-start-slot', waitedMs: 600_000, evidence };
    if (how % 24 === 3 && plan.hasDrain && plan.policy.drain.onTimeout !== 'proceed')
      return { kind: 'not-idle', waitedMs: 60_000, evidence };
    if (how % 48 === 4) {
      move(name, how % 3 === 0 ? 'new' : 'from', true);
      return { kind: 'superseded', evidence };
    }
    if (there) return { kind: 'already', ...down };
    const unfit = migrated(name, to, how);
    if (unfit === 'not-migrated') return { kind: unfit, ...down, toVersion: down.fromVersion, migration: 'each', evidence };
    if (unfit !== null) throw new Unfit(unfit);
    if (truthOf(name).on === to) return { kind: 'already', ...down };
    move(name, to);
    if (action === 'link' || how % 48 === 5) return { kind: 'linked', ...down, downMs: null };
    if (how % 24 === 6 || how % 24 === 7) return { kind: 'not-serving', ...down, reason: 'crashed', evidence };
    return { kind: 'serving', ...down };
  }

  function moveEvent(
    planned: PlannedLocker,
    { stage, cycle }: { stage: 'updating' | 'restoring'; cycle: number },
    draw: { how: number; mayHang: boolean },
  ): StepEvent {
    const { name: locker } = planned;
    try {
      if (stage === 'updating') return { kind: 'update', locker, cycle, outcome: moved(planned, 'new', draw) };
      return { kind: 'restore', locker, cycle, outcome: moved(planned, 'from', draw) };
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      const { code } = error;
      return { kind: 'fault', locker, cycle, stage, fault: { code, sentence: `${code} happened.`, cure: 'Look.', evidence } };
    }
  }

  function answer(planned: PlannedLocker, at: LockerProgress, how: number): StepEvent | null {
    const { name: locker } = planned;
    const { stage, cycle } = at;
    if (stage === 'waiting' || stage === 'stuck' || stage === 'inconclusive' || stage === 'ended') return null;
    if (how % 23 === 0) return faultOf(at, locker, how);
    const mayHang = at.retry === 'wait' || (at.retry === null && plan.policy.stop.onTimeout === 'hold');
    switch (stage) {
      case 'draining': {
        const { onTimeout } = plan.policy.drain;
        if (how % 11 === 1) return { kind: 'drain-cancelled', locker, cycle };
        if (how % 8 > 0)
          return {
            kind: 'drain',
            locker,
            cycle,
            outcome: how % 8 === 7 ? { kind: 'not-needed' } : { kind: 'idle', waitedMs: 1 },
          };
        return {
          kind: 'drain',
          locker,
          cycle,
          outcome: { kind: 'timed-out', waitedMs: 60_000, undone: onTimeout !== 'proceed', evidence },
        };
      }
      case 'undraining':
        return { kind: 'undrain', locker, cycle };
      case 'updating':
      case 'restoring':
        return moveEvent(planned, { stage, cycle }, { how, mayHang });
      // No plan of this model halts everybody.
      case 'halting':
      case 'halted':
      case 'starting':
        return null;
      case 'verifying':
        break;
    }
    if (how % 29 === 0 && plan.checks) return { kind: 'verify', locker, cycle, outcome: { kind: 'inconclusive', evidence } };
    const well = how % 7 > 0;
    return {
      kind: 'verify',
      locker,
      cycle,
      outcome: well ? { kind: 'healthy', build: 'b', tookMs: 10 } : { kind: 'unhealthy', reason: 'flapping', evidence },
    };
  }
  return { truthOf, answer };
}

const AWAITED = {
  drain: 'draining',
  update: 'updating',
  verify: 'verifying',
  restore: 'restoring',
  undrain: 'undraining',
} as const;

type Outcome = CheckResult['outcome'];
const resultOf = (outcome: Outcome): CheckResult => ({ name: 'deep', outcome, detail: null, asked: 3, tookMs: 1 });

/** Of the full set: of some of them no clear answer, or a bad one. */
export function checkedOf(moment: CheckMoment, lockers: readonly LockerName[], how: number): CheckEvent {
  const outcomeOf = (at: number): Outcome => ((how + at) % 11 === 0 ? 'fail' : (how + at) % 17 === 0 ? 'inconclusive' : 'pass');
  return { kind: 'checked', moment, lockers: lockers.map((locker, at) => ({ locker, checks: [resultOf(outcomeOf(at))] })) };
}

/** One that nobody asked for: of a cycle that is over or to come, or of another step. */
export function strayOf(locker: LockerName, at: LockerProgress, how: number): StepEvent {
  const moved = { downMs: 1, killed: false, fromVersion: 1, toVersion: 2 };
  const kinds = ['drain', 'update', 'verify', 'restore', 'undrain'] as const;
  const kind = kinds[how % 5] ?? 'drain';
  const cycle = AWAITED[kind] === at.stage || how % 2 === 0 ? at.cycle + (how % 3 === 0 ? 1 : -1) : at.cycle;
  switch (kind) {
    case 'drain':
      return { kind, locker, cycle, outcome: { kind: 'idle', waitedMs: 1 } };
    case 'verify':
      return { kind, locker, cycle, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } };
    case 'undrain':
      return { kind, locker, cycle };
    case 'update':
    case 'restore':
      break;
  }
  return { kind, locker, cycle, outcome: { kind: 'serving', ...moved } };
}
