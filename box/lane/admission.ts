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

/** A locker that is down must come up: for it pressure is no reason, only the number at once. */
export type Urgency = 'may-wait' | 'is-down';

export function admit(starting: number, limits: Limits, now: { pressure: Pressure; urgency: Urgency }): Admission {
  if (starting >= limits.maxStarting)
    return { kind: 'wait', because: `${starting} lockers start already (maxStarting ${limits.maxStarting})` };
  const because = now.urgency === 'is-down' ? null : tooMuch(now.pressure, limits.pressure);
  return because === null ? { kind: 'go' } : { kind: 'wait', because };
}

function tooMuch(pressure: Pressure, limits: Limits['pressure']): string | null {
  const { cpuSomeAvg10, memoryAvailablePercent, loadPerCore } = pressure;
  if (memoryAvailablePercent < limits.memoryAvailable)
    return `memory available ${memoryAvailablePercent.toFixed(1)} %, below ${limits.memoryAvailable} %`;
  if (cpuSomeAvg10 === null)
    return loadPerCore > limits.loadPerCore ? `load per core ${loadPerCore.toFixed(2)}, above ${limits.loadPerCore}` : null;
  return cpuSomeAvg10 > limits.cpuSomeAvg10
    ? `CPU pressure (some avg10) ${cpuSomeAvg10.toFixed(1)} %, above ${limits.cpuSomeAvg10} %`
    : null;
}
