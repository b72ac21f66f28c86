/** The start lane's limits where lockerd starts lockers by itself, without a request that brings some. */
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import type { BoxConfig } from '../../domain/protocol/box-config';
import type { Limits } from './admission';

export function ownLimits({ bootCpuPressure }: BoxConfig): Limits {
  const { maxStarting, pressure } = PRODUCT_DEFAULTS;
  const { memoryAvailable, loadPerCore, holdAfterMs } = pressure;
  return { maxStarting, pressure: { cpuSomeAvg10: bootCpuPressure, memoryAvailable, loadPerCore, holdAfterMs } };
}

/** Milliseconds from such a start to its first good probe. */
export const OWN_START_DEADLINE_MS = PRODUCT_DEFAULTS.verify.deadlineMs;
