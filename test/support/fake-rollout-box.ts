/**
 * A box as the workflow sees it: all activities, in memory, with a script of what goes wrong.
 * It remembers every call and watches what no rollout may do: more lockers down than allowed, a
 * step without the lease, a locker left down.
 */
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  BoxActivities,
  BoxLook,
  CrashLoop,
  Held,
  IdentityProof,
  LockerStep,
  MigrateBox,
  MoveLocker,
  PlanAnswer,
  Rehearsed,
} from '../../activities/contract';
import type { FaultCode } from '../../domain/faults';
import { Fault } from '../../domain/faults';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import type { DrainOutcome, StartOutcome, StopOutcome, UpdateOutcome, VerifyOutcome } from '../../domain/model/outcome';
import type { CheckResult, CheckSet } from '../../domain/model/check';
import type { MigrateOutcome } from '../../domain/model/migration';
import type { HookOutcome } from '../../domain/model/hook';
import type { HookFacts } from '../../domain/model/hook-facts';
import type { Lease } from '../../domain/model/lease';
import type { Plan } from '../../domain/model/plan';

export interface FakeCall {
  readonly activity: keyof BoxActivities;
  readonly locker: string | null;
  readonly cycle: number | null;
}

/** Answers in order, the last one again and again; a function may throw a fault. */
type Script<I, O> = Readonly<Record<string, (input: I) => O | Promise<O>>>;

export interface FakeBoxOptions {
  readonly plan: Plan | PlanAnswer;
  readonly stepMs?: number;
  readonly drain?: Script<LockerStep, DrainOutcome>;
  readonly update?: Script<MoveLocker, UpdateOutcome>;
  readonly verify?: Script<LockerStep, VerifyOutcome>;
  readonly restore?: Script<MoveLocker, UpdateOutcome>;
  /** Default: it is done. */
  readonly hook?: (facts: HookFacts, deadlineMs: number) => Promise<HookOutcome>;
  /** Of each locker that is asked its checks outside of verify. */
  readonly check?: (locker: string, set: CheckSet) => CheckResult[];
  readonly halt?: Script<LockerStep, StopOutcome>;
  readonly start?: Script<LockerStep, StartOutcome>;
  readonly migrate?: Script<MigrateBox, MigrateOutcome>;
  readonly stage?: () => Promise<void>;
  readonly rehearse?: () => Promise<Rehearsed>;
  /** Who crashes again and again, as the box would say after these calls. */
  readonly loops?: (calls: readonly FakeCall[]) => readonly CrashLoop[];
  /** Default: every signature is right. */
  readonly prove?: (claim: Parameters<BoxActivities['proveIdentity']>[0]) => Promise<IdentityProof>;
  readonly owed?: readonly string[];
  /** What the lockers are on when it is looked at before a roll-back. */
  readonly on?: BoxLook['on'];
  readonly owedStillDown?: readonly string[];
}

export interface FakeRolloutBox {
  readonly activities: BoxActivities;
  readonly calls: FakeCall[];
  readonly down: Set<string>;
  /** Parked for a migration. */
  readonly halted: Set<string>;
  mostDown: number;
  lease: Lease | null;
  options: FakeBoxOptions;
}

const A_LANE = { maxStarting: 5, pressure: PRODUCT_DEFAULTS.pressure };
const moved = { downMs: 40, killed: false, fromVersion: 1, toVersion: 2 };
export const SERVING: UpdateOutcome = { kind: 'serving', ...moved };
export const HEALTHY: VerifyOutcome = { kind: 'healthy', build: '103-gabc', tookMs: 5 };
export const UNHEALTHY: VerifyOutcome = { kind: 'unhealthy', reason: 'wrong-build', evidence: ['it answered 100-gold'] };
export const CRASHED: UpdateOutcome = { kind: 'not-serving', ...moved, reason: 'crashed', evidence: ['exit 1'] };

/** As runActivity throws it, but never tried again. */
export function throwFault(code: FaultCode, sentence: string): never {
  const { details, message } = new Fault(code, sentence);
  throw ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [details] });
}

/** A drain that is never idle: ends only by a cancel, as the real one does. */
export async function neverIdle(): Promise<never> {
  const { cancelled } = Context.current();
  const timer = setInterval(() => Context.current().heartbeat(), 100);
  try {
    return await cancelled;
  } catch {
    throw new CancelledFailure('cancelled by request');
  } finally {
    clearInterval(timer);
  }
}

export function aFakeRolloutBox(options: FakeBoxOptions): FakeRolloutBox {
  const box: FakeRolloutBox = {
    calls: [],
    down: new Set(),
    halted: new Set(),
    mostDown: 0,
    lease: null,
    options,
    activities: undefined as never,
  };
  return Object.assign(box, { activities: activitiesOf(box) });
}

function activitiesOf(box: FakeRolloutBox): BoxActivities {
  const note = (activity: keyof BoxActivities, step?: LockerStep) =>
    void box.calls.push({ activity, locker: step?.locker ?? null, cycle: step?.cycle ?? null });
  const checkLease = ({ rollout, generation }: Held) => {
    if (box.lease?.holder !== rollout || box.lease.generation !== generation) throwFault('Fenced', 'The lease is not yours.');
  };
  const begin = async (activity: keyof BoxActivities, step: LockerStep) => {
    note(activity, step);
    checkLease(step);
    await sleep(box.options.stepMs ?? 5);
  };
  const goDown = (locker: string) => {
    box.down.add(locker);
    box.mostDown = Math.max(box.mostDown, box.down.size);
  };
  const move = async (step: MoveLocker, script: Script<MoveLocker, UpdateOutcome> | undefined): Promise<UpdateOutcome> => {
    goDown(step.locker);
    await sleep(box.options.stepMs ?? 5);
    const outcome = (await script?.[step.locker]?.(step)) ?? SERVING;
    if (outcome.kind !== 'not-serving') box.down.delete(step.locker);
    return outcome;
  };
  return {
    takeLease: async ({ box: name, rollout, by, force }) => {
      note('takeLease');
      if (box.lease && box.lease.holder !== rollout && force) box.lease = null;
      if (box.lease && box.lease.holder !== rollout) throwFault('HeldBy', `${name} is held by ${box.lease.by}.`);
      box.lease ??= { holder: rollout, generation: 7, by, since: '2026-11-20T10:00:00.000Z' };
      return box.lease;
    },
    inspectBox: async () => {
      note('inspectBox');
      const { owed = [] } = box.options;
      return { lease: box.lease, owed: owed as never, on: box.options.on ?? [], lane: A_LANE, startDeadlineMs: 1_000 };
    },
    releaseLease: async (held) => {
      note('releaseLease');
      if (box.lease?.holder === held.rollout) box.lease = null;
    },
    planRollout: async () => {
      note('planRollout');
      const { plan } = box.options;
      const run = Context.current().info.workflowExecution?.runId;
      return 'kind' in plan ? plan : { kind: 'plan', plan, ...(run !== undefined && { run }) };
    },
    payOwed: async () => {
      note('payOwed');
      return { stillDown: (box.options.owedStillDown ?? []) as never };
    },
    stageRelease: async (held) => {
      note('stageRelease');
      checkLease(held);
      await box.options.stage?.();
      return { built: true };
    },
    rehearseRelease: async (held) => {
      note('rehearseRelease');
      checkLease(held);
      return (await box.options.rehearse?.()) ?? { kind: 'rehearsed', tookMs: 1_000, killed: false };
    },
    drainLocker: async (step) => {
      await begin('drainLocker', step);
      return (await box.options.drain?.[step.locker]?.(step)) ?? { kind: 'idle', waitedMs: 1 };
    },
    undrainLocker: async (step) => begin('undrainLocker', step),
    updateLocker: async (step) => {
      await begin('updateLocker', step);
      if (box.halted.has(step.locker)) return { kind: 'linked', ...moved };
      return move(step, box.options.update);
    },
    verifyLocker: async (step) => {
      await begin('verifyLocker', step);
      return (await box.options.verify?.[step.locker]?.(step)) ?? HEALTHY;
    },
    restoreLocker: async (step) => {
      await begin('restoreLocker', step);
      return move(step, box.options.restore);
    },
    proveIdentity: async (claim) => {
      note('proveIdentity');
      return (await box.options.prove?.(claim)) ?? { kind: 'proven' };
    },
    runHook: async ({ facts, deadlineMs }) => {
      note('runHook');
      const { hook: name, when } = facts;
      return (await box.options.hook?.(facts, deadlineMs)) ?? { when, name, outcome: 'done', detail: null, tookMs: 1 };
    },
    checkLockers: async ({ lockers, set }) => {
      note('checkLockers');
      await sleep(box.options.stepMs ?? 5);
      const asked = (lockers ?? []).map((locker) => ({ locker, checks: box.options.check?.(locker, set) ?? [] }));
      return { configured: true, lockers: asked };
    },
    haltLocker: async (step) => {
      await begin('haltLocker', step);
      goDown(step.locker);
      box.halted.add(step.locker);
      return (await box.options.halt?.[step.locker]?.(step)) ?? { kind: 'stopped' };
    },
    startLocker: async (step) => {
      await begin('startLocker', step);
      const outcome = (await box.options.start?.[step.locker]?.(step)) ?? { kind: 'serving' };
      box.down.delete(step.locker);
      box.halted.delete(step.locker);
      return outcome;
    },
    migrateBox: async (input) => {
      const { migration, cycle } = input;
      box.calls.push({ activity: 'migrateBox', locker: `${input.direction} ${migration}`, cycle });
      checkLease(input);
      await sleep(box.options.stepMs ?? 5);
      return (await box.options.migrate?.[migration]?.(input)) ?? { kind: 'done', how: 'ran', tookMs: 5 };
    },
    watchLockers: async () => ({ loops: box.options.loops?.(box.calls) ?? [] }),
    settleBox: async (held) => {
      note('settleBox');
      checkLease(held);
      return { removed: [], owed: [] };
    },
  };
}
