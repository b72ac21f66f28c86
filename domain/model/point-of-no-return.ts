/** What of a plan nobody can take back. Free of zod, so that workflow code may call it. */
import type { Plan, PlannedMigration } from './plan';

export function irreversibleOf({ migrations = [] }: Pick<Plan, 'migrations'>): readonly PlannedMigration[] {
  return migrations.filter(({ reversible }) => !reversible);
}
