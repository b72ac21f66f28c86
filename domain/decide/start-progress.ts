/** The progress of a plan that nothing has happened to yet. Lockers that are there already have ended. */
import type { Plan, PlannedLocker } from '../model/plan';
import type { LockerProgress, Progress } from '../model/progress';

export function startProgress(plan: Plan, now: number): Progress {
  return {
    batch: 1,
    lockers: Object.fromEntries(plan.lockers.map((locker) => [locker.name, startLocker(locker, now)])),
    approvals: [],
    gate: null,
    pause: null,
    holds: [],
    abort: null,
    rollback: null,
    fault: null,
    acknowledged: { canary: 0, total: 0 },
    batchEndedAt: null,
    notes: [],
  };
}

function startLocker({ action, baseline }: PlannedLocker, now: number): LockerProgress {
  const there = action === 'none';
  return {
    stage: there ? 'ended' : 'waiting',
    cycle: 1,
    end: there ? 'unchanged' : null,
    // A locker on the right release that fails its probe is no success, though nobody's failure.
    reason: there && baseline === 'failing' ? 'is on the release already, but failed its probe before the rollout' : null,
    counted: false,
    beganAt: null,
    endedAt: there ? now : null,
    downMs: null,
    killed: false,
    failure: null,
    already: there,
    retry: null,
  };
}
