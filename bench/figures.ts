/** Arithmetic of the benchmark. Pure. */
export interface Cycle {
  readonly locker: string;
  /** From its quiesce to the end of its work in flight: nobody's doing but its own. */
  readonly drainMs: number;
  /** From the halt signal to the moment in which it serves, by its own word. */
  readonly downMs: number;
  /** From its quiesce until it serves: what it holds a slot for. */
  readonly wallMs: number;
}

export interface Bound {
  readonly slotsMs: number;
  readonly cpuMs: number;
  readonly longestMs: number;
  /** The greatest of the three: nobody can be faster. */
  readonly ms: number;
}

/** Nearest rank; NaN where there is nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Pieces {
  readonly lockers: number;
  readonly slots: number;
  readonly cores: number;
  /** How long each holds its slot at least. */
  readonly holdMs: readonly number[];
  readonly cpuMsPerCycle: number;
}

export function lowerBound({ lockers, slots, cores, holdMs, cpuMsPerCycle }: Pieces): Bound {
  const slotsMs = (mean(holdMs) * lockers) / slots;
  const cpuMs = (cpuMsPerCycle * lockers) / cores;
  const longestMs = Math.max(...holdMs);
  return { slotsMs, cpuMs, longestMs, ms: Math.max(slotsMs, cpuMs, longestMs) };
}
