/** How the migrations of a rollout stand, and whether it can still be taken back as a whole. Pure. */
import { migrationAt, pastNoReturn } from '../decide/box-migrations';
import type { Plan } from '../model/plan';
import { irreversibleOf } from '../model/point-of-no-return';
import type { Progress } from '../model/progress';
import type { RolloutStatus } from '../model/status';

export function migrationStatus(plan: Plan, progress: Progress): Pick<RolloutStatus, 'migrations' | 'pointOfNoReturn'> {
  const migrations = (plan.migrations ?? []).map(({ id, when, reversible, lockers }) => {
    return { id, when, reversible, stage: lockers === undefined ? migrationAt(progress, id).stage : null };
  });
  if (irreversibleOf(plan).length === 0) return { migrations };
  return { migrations, pointOfNoReturn: pastNoReturn(plan, progress) === null ? 'ahead' : 'passed' };
}

/** `split-jobs done, shrink waiting; POINT OF NO RETURN ahead`; null: the plan has none. */
export function migrationText({
  migrations = [],
  pointOfNoReturn,
}: Pick<RolloutStatus, 'migrations' | 'pointOfNoReturn'>): string | null {
  if (migrations.length === 0) return null;
  const stages = migrations.map(({ id, stage }) => `${id} ${stage ?? 'with each locker'}`);
  return `${stages.join(', ')}${pointOfNoReturn ? `; POINT OF NO RETURN ${pointOfNoReturn}` : ''}`;
}
