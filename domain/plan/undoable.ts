/** Which lockers of a rollout can go back to where they came from. Pure. */
import { keptBy } from '../decide/box-migrations';
import { wasChanged } from '../decide/roll-back';
import type { Plan, PlannedLocker } from '../model/plan';
import type { Progress } from '../model/progress';

export function undoable(plan: Plan, progress: Progress): PlannedLocker[] {
  const { lockers } = progress;
  return plan.lockers.filter(({ name, from }) => {
    const at = lockers[name];
    return from !== null && at !== undefined && wasChanged(at) && keptBy(plan, progress, name) === null;
  });
}
