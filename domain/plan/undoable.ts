/** Which lockers of a rollout can go back to where they came from. Pure. */
import type { Plan, PlannedLocker } from '../model/plan';
import type { Progress } from '../model/progress';

export function undoable(plan: Plan, { lockers }: Progress): PlannedLocker[] {
  return plan.lockers.filter(({ name, from }) => {
    const end = lockers[name]?.end;
    return from !== null && (end === 'updated' || end === 'unreachable');
  });
}
