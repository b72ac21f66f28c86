/** The whole measurement, on a box and a home of its own; whatever happens they are cleared away. */
import { anInstallation } from '../test/support/installation';
import type { Installation } from '../test/support/installation';
import { bareCycles } from './bare-cycles';
import type { BareRun } from './bare-cycles';
import { lowerBound } from './figures';
import type { Bound } from './figures';
import { thisMachine } from './machine';
import type { Machine } from './machine';
import { measuredRollout } from './measured-rollout';
import type { MeasuredRollout } from './measured-rollout';

export interface BenchWish {
  readonly lockers: number;
  readonly maxDown: number;
  readonly runs: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface Measured {
  readonly at: string;
  readonly machine: Machine;
  readonly lockers: number;
  readonly maxDown: number;
  readonly policy: Record<string, unknown>;
  readonly alone: BareRun;
  readonly atOnce: BareRun;
  readonly bound: Bound;
  readonly runs: readonly MeasuredRollout[];
}

/** Neutral: nothing in it waits for its own sake, but the one second that proves a locker stable. */
export const neutralPolicy = (maxDown: number) => ({
  batches: ['rest'],
  maxDown,
  maxStarting: maxDown,
  maxUnproven: 3 * maxDown,
  // A benchmark of a full machine: pressure is what it makes.
  pressure: { cpuSomeAvg10: 100 },
  verify: { goodProbes: 2, stable: STABLE },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
});
const STABLE = '1s';

const ALONE = 10;

export async function measure(wish: BenchWish): Promise<Measured> {
  const { lockers, maxDown, progress, signal } = wish;
  const machine = thisMachine();
  const policy = neutralPolicy(maxDown);
  progress(`making a box of ${lockers} lockers`);
  const here = await anInstallation({ lockers, policy });
  try {
    signal.throwIfAborted();
    return { at: new Date().toISOString(), machine, lockers, maxDown, policy, ...(await measureOn(here, wish, machine)) };
  } finally {
    progress('taking the box down');
    await here.close();
  }
}

async function measureOn(here: Installation, wish: BenchWish, machine: Machine) {
  const { lockers, maxDown, progress, signal } = wish;
  const all = here.sandbox.lockers;
  progress(`bare: ${Math.min(ALONE, lockers)} lockers, one after the other`);
  const alone = await bareCycles(here.sandbox, { lockers: all.slice(0, ALONE), atOnce: 1, signal });
  progress(`bare: all ${lockers}, ${maxDown} at once`);
  const atOnce = await bareCycles(here.sandbox, { lockers: all, atOnce: maxDown, signal });
  progress('starting Temporal and the worker');
  await here.rollout('--dry-run');
  const runs: MeasuredRollout[] = [];
  for (let run = 1; run <= wish.runs; run++) {
    signal.throwIfAborted();
    if (run > 1) await here.sandbox.commit({ message: `Benchmark run ${run}` });
    progress(`rollout ${run} of ${wish.runs}`);
    runs.push(await measuredRollout(here, 'stable'));
  }
  const { cores } = machine;
  const holdMs = alone.cycles.map(({ wallMs }) => wallMs);
  const pieces = { lockers, slots: maxDown, cores, holdMs, cpuMsPerCycle: alone.cpuMsPerCycle };
  return { alone, atOnce, bound: lowerBound(pieces), runs };
}
