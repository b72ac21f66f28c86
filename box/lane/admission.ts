/**
 * May one more locker start now? Pure: figures in, answer out, with the figures in words, since a
 * rollout that waits must say for what.
 */
import type { z } from 'zod';
import type { LaneLimits } from '../../domain/protocol/verbs';

export type Limits = z.output<typeof LaneLimits>;

export interface Pressure {
  /** PSI, per cent; null where the kernel has none: then the load counts. */
  readonly cpuSomeAvg10: number | null;
  readonly memoryAvailablePercent: number;
  readonly loadPerCore: number;
}

export type Admission = { readonly kind: 'go' } | { readonly kind: 'wait'; readonly because: string };

/**
 * is-down: one that must come up now; pressure is no reason, only the number at once.
 * is-wanted: one of many that are down, as after a boot; pressure counts, but busy cores never keep all of them down.
 */
export type Urgency = 'may-wait' | 'is-wanted' | 'is-down';

export interface Now {
  readonly pressure: Pressure;
  readonly urgency: Urgency;
  /** So many may start at once however busy the cores are: else others' work could keep all lockers waiting. */
  readonly cores: number;
  /** How many more have a core to themselves. */
  readonly freeCores: number;
}

export function admit(starting: number, limits: Limits, now: Now): Admission {
  if (starting >= limits.maxStarting)
    return { kind: 'wait', because: `${starting} lockers start already (maxStarting ${limits.maxStarting})` };
  if (now.urgency === 'is-down') return { kind: 'go' };
  if (starting >= now.cores && now.freeCores < 1)
    return { kind: 'wait', because: `${starting} lockers start already, and none of ${now.cores} cores is free` };
  if (now.urgency === 'is-wanted' && starting === 0 && hasMemory(now.pressure, limits.pressure)) return { kind: 'go' };
  const because = tooMuch(now.pressure, limits.pressure);
  return because === null ? { kind: 'go' } : { kind: 'wait', because };
}

const hasMemory = ({ memoryAvailablePercent }: Pressure, { memoryAvailable }: Limits['pressure']): boolean =>
  memoryAvailablePercent >= memoryAvailable;

function tooMuch(pressure: Pressure, limits: Limits['pressure']): string | null {
  const { cpuSomeAvg10, memoryAvailablePercent, loadPerCore } = pressure;
  if (!hasMemory(pressure, limits))
    return `memory available ${memoryAvailablePercent.toFixed(1)} %, below ${limits.memoryAvailable} %`;
  if (cpuSomeAvg10 === null)
    return loadPerCore > limits.loadPerCore ? `load per core ${loadPerCore.toFixed(2)}, above ${limits.loadPerCore}` : null;
  return cpuSomeAvg10 > limits.cpuSomeAvg10
    ? `CPU pressure (some avg10) ${cpuSomeAvg10.toFixed(1)} %, above ${limits.cpuSomeAvg10} %`
    : null;
}
