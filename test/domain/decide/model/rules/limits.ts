/** How many may be down or unproven. Counted from the plan and the ends alone, beside box-load.ts. */
import type { Plan } from '../../../../../domain/model/plan';
import type { Progress } from '../../../../../domain/model/progress';
import type { Rule } from '../step';

const UP = ['waiting', 'verifying', 'ended'];

function served(plan: Plan, { lockers }: Progress) {
  return plan.lockers.filter(({ baseline }) => baseline === 'serving').flatMap(({ name }) => lockers[name] ?? []);
}
const downOf = (plan: Plan, progress: Progress): number =>
  served(plan, progress).filter(({ stage }) => !UP.includes(stage)).length;
const inFlight = ({ lockers }: Progress): number =>
  Object.values(lockers).filter(({ stage }) => stage !== 'waiting' && stage !== 'ended').length;

const lostOf = (plan: Plan, progress: Progress): number =>
  served(plan, progress).filter(({ end }) => end === 'failed' || end === 'unreachable').length;
/** Sick before, and nobody has made them well. */
function sickOf(plan: Plan, { lockers }: Progress): number {
  return plan.lockers.filter(
    ({ name, baseline }) => baseline === 'failing' && !['updated', 'restored'].includes(lockers[name]?.end ?? ''),
  ).length;
}

const limitOf = ({ limits }: Plan, { rollback, overlay }: Progress): number =>
  overlay?.rules.maxDown ?? (rollback ? limits.rollbackMaxDown : limits.maxDown) ?? limits.maxDown;

export const slots: Rule =
  (plan) =>
  ({ event, before, after }) => {
    if (event.kind !== 'begin' || downOf(plan, after) <= downOf(plan, before)) return null;
    const room = Math.max(1, limitOf(plan, before) - sickOf(plan, before) - lostOf(plan, before));
    const down = downOf(plan, after);
    return down <= room ? null : `${event.locker} begins as number ${down} that is down, and ${room} may be`;
  };

/** What stands in the plan, or three for each that may be down. */
function unprovenLimit(plan: Plan, progress: Progress): number {
  const written = plan.policy.maxUnproven;
  const now = limitOf(plan, progress);
  const follows = written ?? 3 * now;
  return progress.rollback ? Math.max(plan.limits.maxUnproven, follows) : follows;
}

export const unproven: Rule =
  (plan) =>
  ({ event, before, after }) => {
    if (event.kind !== 'begin' || inFlight(after) <= inFlight(before)) return null;
    const [flying, limit] = [inFlight(after), unprovenLimit(plan, before)];
    return flying <= limit ? null : `${event.locker} begins as number ${flying} in flight, and ${limit} may be`;
  };
