/**
 * CPU pressure of the whole machine while something is done to it. The kernel's `avg10` is what the
 * start lane reads; it lags by seconds, so the counter of stalled time is taken as well.
 */
import { readFile } from 'node:fs/promises';

const LOOK_EVERY_MS = 250;
/** Shorter spans are mostly the noise of the sampling itself. */
const WINDOW_MS = 1_000;

export interface Sample {
  /** Milliseconds of any clock. */
  readonly at: number;
  /** Per cent. */
  readonly avg10: number;
  /** Since boot: milliseconds in which something waited for a core. */
  readonly stalledMs: number;
}

export interface PressureSeen {
  readonly peakAvg10: number;
  /** Share of the time in which something waited for a core, over all and in the worst second; per cent. */
  readonly stalled: number;
  readonly stalledWorst: number;
}

export interface PressureWatch {
  end(): PressureSeen;
}

export async function watchPressure(): Promise<PressureWatch> {
  const samples: Sample[] = [];
  const look = async () => {
    const text = await readFile('/proc/pressure/cpu', 'utf8').catch(() => '');
    samples.push({ at: performance.now(), ...parse(text) });
  };
  await look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      return pressureOf(samples);
    },
  };
}

/** NaN where the kernel has no PSI: a figure that is missing must not look like a good one. */
function parse(text: string): { avg10: number; stalledMs: number } {
  const [, avg10, total] = /^some avg10=([\d.]+).*total=(\d+)/m.exec(text) ?? [];
  return { avg10: Number(avg10 ?? Number.NaN), stalledMs: Number(total ?? Number.NaN) / 1_000 };
}

/** Pure. */
export function pressureOf(samples: readonly Sample[]): PressureSeen {
  const share = (from: Sample | undefined, to: Sample | undefined): number =>
    from && to && to.at > from.at ? (100 * (to.stalledMs - from.stalledMs)) / (to.at - from.at) : Number.NaN;
  const windows = samples
    .map((from) =>
      share(
        from,
        samples.find(({ at }) => at >= from.at + WINDOW_MS),
      ),
    )
    .filter(Number.isFinite);
  return {
    peakAvg10: Math.max(...samples.map(({ avg10 }) => avg10)),
    stalled: share(samples[0], samples.at(-1)),
    // A time of less than a second is a second of its own.
    stalledWorst: Math.max(share(samples[0], samples.at(-1)), ...windows),
  };
}
