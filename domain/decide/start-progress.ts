/** The progress of a plan that nothing has happened to yet. Lockers that are there already have ended. */
import type { Plan, PlannedLocker } from '../model/plan';
import type { LockerProgress, Progress } from '../model/progress';

export function startProgress(plan: Plan, now: number): Progress {
  return {
    batch: 1,
    lockers: Object.fromEntries(plan.lockers.map((locker) => [locker.name, startLocker(locker, now)])),
    ...startMigrations(plan),
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

function startMigrations({ migrations = [] }: Plan): Pick<Progress, 'migrations'> {
  const ofBox = migrations.filter(({ lockers }) => lockers === undefined);
  if (ofBox.length === 0) return {};
  return { migrations: Object.fromEntries(ofBox.map(({ id }) => [id, { stage: 'waiting', cycle: 1 }])) };
}

function startLocker({ action, baseline, heldOut }: PlannedLocker, now: number): LockerProgress {
  const there = action === 'none';
  return {
    stage: there ? 'ended' : 'waiting',
    cycle: 1,
    end: heldOut === undefined ? (there ? 'unchanged' : null) : 'skipped',
    reason: heldOut === undefined ? baselineReason(there, baseline) : `held out: ${heldOut}`,
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

/** A locker on the right release that fails its probe is no success, though nobody's failure. */
function baselineReason(there: boolean, baseline: PlannedLocker['baseline']): string | null {
  return there && baseline === 'failing' ? 'is on the release already, but failed its probe before the rollout' : null;
}
