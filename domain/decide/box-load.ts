/**
 * How much of the box a rollout holds at this moment, and how much it may. Invariant: a locker
 * that served begins only while `down < slots` and `inFlight < limits.maxUnproven`; so neither
 * the lockers down nor, whatever they come to, the unproven ones exceed their limit by a begin.
 * A locker that fails its probe anyway takes no slot. One that we lost (failed, unreachable)
 * keeps its slot for good, as a locker that does not serve and is not ours does.
 */
import type { Plan, PlannedLocker } from '../model/plan';
import type { LockerProgress, Progress } from '../model/progress';
import { rulesNow } from './rules-now';

export interface BoxLoad {
  readonly down: number;
  readonly unproven: number;
  /** Begun and not ended, whatever stage. */
  readonly inFlight: number;
  readonly slots: number;
  /** Of lockers in flight. */
  readonly maxUnproven: number;
}

export function boxLoad(plan: Plan, progress: Progress): BoxLoad {
  const { maxDown, maxUnproven } = rulesNow(plan, progress);
  const pairs = plan.lockers.flatMap((planned) => {
    const locker = progress.lockers[planned.name];
    return locker ? [{ planned, locker }] : [];
  });
  const count = (which: (pair: { planned: PlannedLocker; locker: LockerProgress }) => boolean) => pairs.filter(which).length;
  const lost = count(
    ({ planned, locker }) => served(planned) && (locker.end === 'failed' || locker.end === 'unreachable' || waitsLost(locker)),
  );
  const mended = count(
    ({ planned, locker }) => planned.baseline === 'failing' && (locker.end === 'updated' || locker.end === 'restored'),
  );
  return {
    down: count(({ planned, locker }) => served(planned) && isDown(locker)),
    unproven: count(({ locker }) => isUnproven(locker)),
    inFlight: count(({ locker }) => isInFlight(locker)),
    slots: Math.max(1, maxDown - Math.max(0, plan.notServing - mended) - lost),
    maxUnproven,
  };
}

export const isInFlight = ({ stage }: Pick<LockerProgress, 'stage'>): boolean => stage !== 'waiting' && stage !== 'ended';
/** It is tried again, and its turn has not come. */
const waitsLost = ({ stage, former }: LockerProgress): boolean =>
  stage === 'waiting' && (former?.end === 'failed' || former?.end === 'unreachable');
const served = ({ baseline }: PlannedLocker): boolean => baseline === 'serving';
const isDown = (locker: LockerProgress): boolean => isInFlight(locker) && !isUnproven(locker);
/** It serves. */
const isUnproven = ({ stage }: LockerProgress): boolean => stage === 'verifying' || stage === 'inconclusive';
