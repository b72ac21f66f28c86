/**
 * One locker, from wherever it stands until it ends, waits again or hangs. Each round does the one
 * effect of its stage and folds what came of it; which stage follows is the fold's business. A
 * fault is folded too: whatever an activity throws, the locker is brought to a safe point.
 */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { LockerStep, MoveLocker } from '../activities/contract';
import { rulesNow } from '../domain/decide/rules-now';
import type { StepEvent } from '../domain/decide/rollout-event';
import type { LockerName } from '../domain/model/ids';
import type { StopPolicy, VerifyPolicy } from '../domain/model/policy';
import type { LockerProgress, LockerStage } from '../domain/model/progress';
import {
  drainLocker,
  haltLocker,
  restoreLocker,
  startLocker,
  undrainLocker,
  updateLocker,
  verifyLocker,
} from './activity-proxies';
import { apply, heldOf, planOf } from './rollout';
import type { Rollout } from './rollout';
import { stepFaultOf } from './step-fault';

type WorkingStage = Exclude<LockerStage, 'waiting' | 'stuck' | 'halted' | 'inconclusive' | 'ended'>;
type Step = (rollout: Rollout, step: LockerStep, at: LockerProgress) => Promise<StepEvent>;

export const isWorking = (stage: LockerStage): stage is WorkingStage => Object.hasOwn(STEPS, stage);

export async function runLocker(rollout: Rollout, locker: LockerName): Promise<void> {
  for (;;) {
    const at = planOf(rollout).progress.lockers[locker];
    if (!at || !isWorking(at.stage)) return;
    apply(rollout, await doStep(rollout, locker, at, at.stage));
  }
}

async function doStep(rollout: Rollout, locker: LockerName, at: LockerProgress, stage: WorkingStage): Promise<StepEvent> {
  const step = { ...heldOf(rollout), locker, cycle: at.cycle };
  try {
    return await STEPS[stage](rollout, step, at);
  } catch (error) {
    return { kind: 'fault', locker, cycle: at.cycle, stage, fault: stepFaultOf(error, `${locker} ${stage}`) };
  }
}

const STEPS: Readonly<Record<WorkingStage, Step>> = {
  draining: async (rollout, step) => {
    const { locker, cycle } = step;
    const { policy } = planOf(rollout).plan;
    const scope = new CancellationScope();
    rollout.drains.set(locker, scope);
    try {
      const input = { ...step, drain: policy.drain };
      const outcome = await scope.run(() => drainLocker(`drain ${locker}`, input, policy));
      return { kind: 'drain', locker, cycle, outcome };
    } catch (error) {
      if (isCancellation(error)) return { kind: 'drain-cancelled', locker, cycle };
      throw error;
    } finally {
      rollout.drains.delete(locker);
    }
  },
  undraining: async (_rollout, step) => {
    const { locker, cycle } = step;
    await undrainLocker(`take the drain of ${locker} back`, step);
    return { kind: 'undrain', locker, cycle };
  },
  halting: async (rollout, step, { retry }) => {
    const { locker, cycle } = step;
    const { policy, hasDrain } = planOf(rollout).plan;
    const input = { ...step, stop: stopRule(policy.stop, retry), drain: hasDrain ? policy.drain : null };
    return { kind: 'halt', locker, cycle, outcome: await haltLocker(`halt ${locker}`, input, policy) };
  },
  starting: async (rollout, step, at) => {
    const { locker, cycle } = step;
    const { lane, startDeadlineMs } = moveOf(rollout, step, at);
    return { kind: 'start', locker, cycle, outcome: await startLocker(`start ${locker}`, { ...step, lane, startDeadlineMs }) };
  },
  updating: async (rollout, step, at) => {
    const { locker, cycle } = step;
    const { release, policy, lockers } = planOf(rollout).plan;
    const { configDigest, forced } = lockers.find(({ name }) => name === locker) ?? {};
    const goal = { to: release.id, ...(configDigest && { configDigest }), ...(forced === 'same' && { again: true }) };
    const input = { ...moveOf(rollout, step, at), ...goal };
    const outcome = await updateLocker(`update ${locker} to ${release.label}`, input, policy);
    return { kind: 'update', locker, cycle, outcome };
  },
  verifying: async (rollout, step, at) => {
    const { locker, cycle } = step;
    const { policy } = planOf(rollout).plan;
    const input = { ...step, verify: proofOf(policy.verify, at), ...checksOf(rollout, at, locker) };
    const outcome = await verifyLocker(`verify ${locker}`, input, policy);
    return { kind: 'verify', locker, cycle, outcome };
  },
  restoring: async (rollout, step, at) => {
    const { locker, cycle } = step;
    const { plan } = planOf(rollout);
    const from = plan.lockers.find(({ name }) => name === locker)?.from;
    if (!from) throw new Error(`${locker} has no version to restore`);
    const input = { ...moveOf(rollout, step, at), toVersion: from.version };
    const outcome = await restoreLocker(`restore ${locker} to ${from.label}`, input, plan.policy);
    return { kind: 'restore', locker, cycle, outcome };
  },
};

/** The way back ends where the box sees it serve: what is in the way from outside, going back does not mend. */
function proofOf(verify: VerifyPolicy, { failure, back }: LockerProgress): VerifyPolicy {
  if (!verify.external || (failure === null && back !== true)) return verify;
  return { ...verify, external: null };
}

/** Only on the way forward: one that is back needs no more than to serve. */
function checksOf(rollout: Rollout, at: LockerProgress, locker: LockerName) {
  const { plan, progress } = planOf(rollout);
  if (!plan.checks || plan.checks.fast.length === 0 || at.failure !== null || at.back === true) return {};
  return { checks: { except: progress.failedBefore?.[locker] ?? [], longestMs: plan.checks.longestMs.fast } };
}

function moveOf(rollout: Rollout, step: LockerStep, { retry }: LockerProgress): MoveLocker {
  const { plan, progress } = planOf(rollout);
  const { policy } = plan;
  const { maxStarting } = rulesNow(plan, progress);
  const migrations = (plan.migrations ?? [])
    .filter(({ lockers }) => lockers?.includes(step.locker) === true)
    .map(({ id, timeoutMs }) => ({ id, timeoutMs }));
  return {
    ...step,
    ...(migrations.length > 0 && { migrations }),
    stop: stopRule(policy.stop, retry),
    lane: { maxStarting, pressure: policy.pressure },
    startDeadlineMs: policy.verify.deadlineMs,
  };
}

/** A person who says `kill` has waited long enough; one second is for a locker that ends just now. */
function stopRule(policy: StopPolicy, retry: LockerProgress['retry']): StopPolicy {
  if (retry === null) return policy;
  return retry === 'kill' ? { timeoutMs: 1_000, onTimeout: 'kill' } : { ...policy, onTimeout: 'hold' };
}
