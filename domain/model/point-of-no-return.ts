/** What of a plan nobody can take back. Free of zod, so that workflow code may call it. */
import type { Plan, PlannedMigration } from './plan';

/** For people. What was done with all lockers halted is undone by no roll-back: they would all have to be halted once more. */
export function wayBackText({ reversible, when }: Pick<PlannedMigration, 'reversible' | 'when'>): string {
  if (!reversible) return 'CAN NOT BE UNDONE';
  return when === 'all-halted' ? 'no roll-back undoes it' : 'can be undone';
}

export function irreversibleOf({ migrations = [] }: Pick<Plan, 'migrations'>): readonly PlannedMigration[] {
  return migrations.filter(({ reversible }) => !reversible);
}
