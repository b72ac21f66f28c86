/**
 * A policy's percentages as absolutes for one box. Rounded down, because a limit that is
 * rounded up is exceeded; but one locker may always be down, or nothing could ever be updated.
 * Free of zod.
 */
import type { CountOrPercent, Limits, Policy } from './policy';

export function limitsFor(policy: Policy, lockerCount: number): Limits {
  const maxDown = shareOf(policy.maxDown, lockerCount);
  return {
    maxDown,
    maxUnproven: policy.maxUnproven ?? 3 * maxDown,
    maxStarting: policy.maxStarting,
    canaryFailures: policy.maxFailures.canary,
    totalFailures: portion(policy.maxFailures.total, lockerCount),
    batchFailures: policy.maxFailures.batch,
    unreachable: policy.maxUnreachable,
    rollbackMaxDown: shareOf(policy.rollbackMaxDown, lockerCount),
  };
}

/** A count, or a percentage rounded down; at least 1, and never more than there are. */
export function shareOf(size: CountOrPercent, of: number): number {
  return Math.max(1, Math.min(portion(size, of), of));
}

function portion(size: number | string, of: number): number {
  return typeof size === 'number' ? size : Math.floor((Number.parseInt(size, 10) * of) / 100);
}
