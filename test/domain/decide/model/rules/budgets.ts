/**
 * The budgets, counted by themselves: a failure is a locker that served or was stopped, and ended
 * restored or failed on its way forward. What a resume of the hold acknowledges does not count on.
 */
import { stopsAt } from '../../../../../domain/decide/count-ends';
import type { LockerName } from '../../../../../domain/model/ids';
import type { Plan } from '../../../../../domain/model/plan';
import type { Progress } from '../../../../../domain/model/progress';
import type { Rule, Step } from '../step';

interface Counts {
  readonly canary: number;
  readonly batch: number;
  readonly total: number;
}

function failuresOf(plan: Plan, { lockers, batch }: Progress): Counts {
  const bad = new Set<LockerName>();
  for (const { name, baseline } of plan.lockers) {
    const at = lockers[name];
    if (baseline !== 'failing' && at?.back !== true && (at?.end === 'failed' || at?.end === 'restored')) bad.add(name);
  }
  const within = (number: number) => (plan.batches[number - 1]?.lockers ?? []).filter((name) => bad.has(name)).length;
  return { canary: within(1), batch: within(batch), total: bad.size };
}

const over = ({ limits }: Plan, { canary, batch, total }: Counts): boolean =>
  canary > limits.canaryFailures || total > limits.totalFailures || batch > (limits.batchFailures ?? Number.POSITIVE_INFINITY);

const holdsFor = ({ holds }: Progress, reason: string): boolean => holds.some((hold) => hold.reason === reason);
const NONE = { canary: 0, batch: 0, total: 0 };
const less = (a: Counts, b: Counts): Counts => ({
  canary: a.canary - b.canary,
  batch: a.batch - b.batch,
  total: a.total - b.total,
});

/** Holds, turns back or notes it at that failure and at no other. */
export const theBudgetIsExact: Rule = (plan) => {
  let known = { counts: NONE, batch: 1 };
  const spent = (progress: Progress) => {
    const { counts, batch } = known;
    return over(plan, less(failuresOf(plan, progress), batch === progress.batch ? counts : { ...counts, batch: 0 }));
  };
  return (step) => {
    const { before, after, origin } = step;
    if (origin === 'refused') return null;
    if (acknowledges(step)) known = { counts: failuresOf(plan, before), batch: before.batch };
    const beyond = spent(after);
    const ends = after.abort !== null || after.fault !== null;
    const { onFailure } = plan.policy;
    if (onFailure === 'continue' && beyond) known = { counts: failuresOf(plan, after), batch: after.batch };
    if (onFailure === 'continue') return holdsFor(after, 'failures') ? 'it holds, and was told to go on' : null;
    const stops = onFailure === 'hold' ? holdsFor(after, 'failures') : after.rollback !== null;
    if (beyond && !stops && !ends && !after.rollback) return 'one failure too many, and it goes on';
    if (!beyond && holdsFor(after, 'failures') && !after.rollback) return 'it holds, and no budget is used up';
    const turned = before.rollback === null && after.rollback?.actor === 'the policy';
    return turned && !beyond ? 'it turns back, and no budget is used up' : null;
  };
};

/** A resume, or a pause that comes to its end by itself; but a pause that is lifted first leaves the hold as it was. */
function acknowledges({ event, before, after, origin }: Step): boolean {
  const byPerson = origin === 'door' && event.kind === 'resume';
  const byTime = before.pause?.until != null && after.pause === null && !byPerson && origin !== 'door';
  return (byPerson || byTime) && !(before.pause !== null && holdsFor(before, 'failures'));
}

/** The number that status shows before is the failure at which it stops. */
export const itStopsWhereItSays: Rule =
  (plan) =>
  ({ before, after, origin }) => {
    if (origin !== 'answer' || plan.policy.onFailure !== 'hold' || before.rollback || before.abort || before.fault) return null;
    const said = stopsAt(plan, before);
    const [was, is] = [failuresOf(plan, before).total, failuresOf(plan, after).total];
    if (after.fault || is === was || holdsFor(before, 'failures')) return null;
    const holds = holdsFor(after, 'failures');
    return holds === is >= said ? null : `it said that it stops at ${said}; at ${is} it ${holds ? 'holds' : 'goes on'}`;
  };

const count = ({ lockers }: Progress) => Object.values(lockers).filter(({ end }) => end === 'unreachable').length;

export const unreachableOnesApart: Rule = (plan) => {
  let known = 0;
  return (step) => {
    const { before, after, origin, event } = step;
    if (origin === 'refused') return null;
    if (acknowledges(step)) known = count(before);
    if (origin !== 'answer' || event.kind !== 'fault' || count(after) <= count(before) || after.abort || after.fault) return null;
    const beyond = count(after) - known > (plan.limits.unreachable ?? 0);
    if (beyond === holdsFor(after, 'unreachable')) return null;
    return `${count(after)} are unreachable (${known} known), and it ${beyond ? 'goes on' : 'holds'}`;
  };
};
