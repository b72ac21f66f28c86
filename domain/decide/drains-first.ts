import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';

/** A locker that does not answer its probe has nobody to ask whether it is idle. */
export function drainsFirst(plan: Plan, locker: LockerName): boolean {
  const planned = plan.lockers.find(({ name }) => name === locker);
  return plan.hasDrain && planned?.action === 'update' && planned.baseline === 'serving';
}
