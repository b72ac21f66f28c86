/**
 * An honest guess of how long a plan takes, for the confirmation: the waiting for people and
 * for failures is not in it, nor what migrations take. The rehearsal, then per batch the longest of four bounds, then its soak:
 * the slowest locker's whole cycle · all cycles through the down slots · all proofs through the
 * unproven slots · all starts through the start lane.
 */
import type { Plan, PlannedBatch } from '../model/plan';
import type { ServiceConfig } from '../model/service';
import type { Durations } from './cut-batches';

/** Typical for a small locker on a box that is busy with its own rollout (docs/performance.md). */
const TYPICAL = { drainMs: 2_000, stopMs: 500, startMs: 1_500 };
/** Messages and looks round each locker's cycle. */
const OVERHEAD_MS = 300;

type Planned = Pick<Plan, 'hasDrain' | 'limits' | 'policy' | 'lockers' | 'batches' | 'notServing' | 'rehearsal'>;

export function expectTime(plan: Planned, service: ServiceConfig, durations: Durations = {}): Plan['expected'] {
  const each = plan.batches.map((batch) => batchMs(plan, batch, service, durations));
  const total = each.reduce((sum, ms) => sum + ms, rehearsalMs(plan, service));
  const batches = each.map((ms) => Math.ceil(ms / 1_000));
  // Without a drain the work in flight ends while the locker already stops.
  const down = TYPICAL.stopMs + TYPICAL.startMs + (plan.hasDrain ? 0 : TYPICAL.drainMs);
  return { seconds: Math.ceil(total / 1_000), downSecondsPerLocker: Math.ceil(down / 1_000), batches };
}

/** A locker made, started, proven and stopped. */
function rehearsalMs({ rehearsal, policy }: Planned, service: ServiceConfig): number {
  return rehearsal?.kind === 'due' ? TYPICAL.startMs + proofMs(policy, service) + TYPICAL.stopMs + OVERHEAD_MS : 0;
}

const proofMs = ({ verify }: Planned['policy'], { probe }: ServiceConfig): number =>
  Math.max(verify.stableMs, verify.goodProbes * probe.intervalMs);

function batchMs(plan: Planned, batch: PlannedBatch, service: ServiceConfig, durations: Durations): number {
  const actions = new Map(plan.lockers.map(({ name, action }) => [name, action]));
  const moved = batch.lockers.filter((name) => actions.get(name) === 'update');
  const typical = TYPICAL.drainMs + TYPICAL.stopMs + TYPICAL.startMs;
  const cycles = moved.map((name) => (durations[name] ?? typical) + OVERHEAD_MS);
  if (cycles.length === 0) return batch.soakMs;
  const proof = proofMs(plan.policy, service);
  const slots = Math.max(1, plan.limits.maxDown - plan.notServing);
  const bounds = [
    Math.max(...cycles) + proof,
    cycles.reduce((sum, ms) => sum + ms, 0) / slots + proof,
    Math.ceil(cycles.length / plan.limits.maxUnproven) * proof + typical,
    (cycles.length * TYPICAL.startMs) / plan.limits.maxStarting + proof,
  ];
  return Math.max(...bounds) + batch.soakMs;
}
