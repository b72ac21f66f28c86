/**
 * Rollouts over a whole box, for each kind of drain: how far from the least time that it could take,
 * and what it costs. A rollout brings the lockers to the values of the kind after it, so that each
 * one drains what its own kind says.
 */
import { anInstallation } from '../test/support/installation';
import type { Installation } from '../test/support/installation';
import { bareCycles } from './bare-cycles';
import type { BareRun } from './bare-cycles';
import { DRAIN_KINDS } from './drain-kinds';
import type { DrainKind } from './drain-kinds';
import { lowerBound, mean, median } from './figures';
import type { Bound } from './figures';
import { neutralPolicy } from './measure';
import { measuredRollout } from './measured-rollout';
import type { MeasuredRollout } from './measured-rollout';

export interface RolloutWish {
  readonly lockers: number;
  readonly maxDown: number;
  readonly runs: number;
  readonly cores: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}
export interface Measured extends MeasuredRollout {
  readonly kind: string;
  readonly bound: Bound;
}
export interface Rollouts {
  readonly maxDown: number;
  readonly alone: BareRun;
  readonly atOnce: BareRun;
  /** The same by the loop's own drains. */
  readonly atOnceBound: Bound;
  readonly runs: readonly Measured[];
  /** `start-rollout --dry-run`, worker and server up. */
  readonly dryRunMs: number;
}

const ALONE = 10;

export async function rollouts(wish: RolloutWish): Promise<Rollouts> {
  const { lockers, maxDown, progress } = wish;
  progress(`rollouts: making a box of ${lockers} lockers`);
  const here = await anInstallation({ lockers, policy: neutralPolicy(maxDown), values: first.values });
  try {
    return await measureOn(here, wish);
  } finally {
    progress('rollouts: taking the box down');
    await here.close();
  }
}

const first = DRAIN_KINDS[0] as DrainKind;

async function measureOn(here: Installation, wish: RolloutWish): Promise<Rollouts> {
  const { maxDown, signal, progress, lockers, cores } = wish;
  const all = here.sandbox.lockers;
  progress(`bare: ${Math.min(ALONE, lockers)} one after the other, then all ${lockers}, ${maxDown} at once`);
  const alone = await bareCycles(here.sandbox, { lockers: all.slice(0, ALONE), atOnce: 1, signal });
  const atOnce = await bareCycles(here.sandbox, { lockers: all, atOnce: maxDown, signal });
  progress('starting Temporal and the worker');
  await here.rollout('--dry-run');
  const began = performance.now();
  await here.rollout('--dry-run');
  const dryRunMs = performance.now() - began;
  const moveMs = mean(alone.cycles.map(({ wallMs, drainMs }) => wallMs - drainMs));
  const boundOf = (drains: readonly number[]): Bound =>
    lowerBound({ lockers, slots: maxDown, cores, holdMs: drains.map((ms) => ms + moveMs), cpuMsPerCycle: alone.cpuMsPerCycle });
  const runs: Measured[] = [];
  for (const { kind, next, run } of order(wish.runs)) {
    signal.throwIfAborted();
    progress(`rollout with ${kind.name} drains, ${run} of ${wish.runs}`);
    await here.sandbox.commit({ message: `Benchmark, ${kind.name} drains, run ${run}` });
    await here.sandbox.writeFleet({ values: next.values });
    const measured = await measuredRollout(here, 'stable');
    progress(`  ${Math.round(measured.wallMs)} ms, drains ${Math.round(median(measured.drainMs))} ms`);
    runs.push({ ...measured, kind: kind.name, bound: boundOf(measured.drainMs) });
  }
  const atOnceBound = boundOf(atOnce.cycles.map(({ drainMs }) => drainMs));
  return { maxDown, alone, atOnce, atOnceBound, runs, dryRunMs };
}

/** Every kind in turn, so that a slow hour of the machine meets them all. */
function order(runs: number): { kind: DrainKind; next: DrainKind; run: number }[] {
  const rounds = Array.from({ length: runs }, (_, index) => index + 1);
  return rounds.flatMap((run) =>
    DRAIN_KINDS.map((kind, at) => ({ kind, next: DRAIN_KINDS[(at + 1) % DRAIN_KINDS.length] ?? first, run })),
  );
}
