/**
 * The budgets, counted by themselves: a failure is a locker that served or was stopped, and ended
 * restored or failed on its way forward. What a resume acknowledges does not count on, until it is
 * tried again.
 */
import { stopsAt } from '../../../../../domain/decide/count-ends';
import type { LockerName } from '../../../../../domain/model/ids';
import type { Plan } from '../../../../../domain/model/plan';
import type { Progress } from '../../../../../domain/model/progress';
import type { Rule, Step } from '../step';

type Names = ReadonlySet<LockerName>;

function failedOf(plan: Plan, { lockers }: Progress): Names {
  const bad = plan.lockers.filter(({ name, baseline }) => {
    const at = lockers[name];
    const forward = at?.back !== true || (at.checkFailed ?? null) !== null;
    return baseline !== 'failing' && forward && (at?.end === 'failed' || at?.end === 'restored');
  });
  return new Set(bad.map(({ name }) => name));
}

function isOver({ limits, batches }: Plan, { batch }: Progress, failed: readonly LockerName[]): boolean {
  const within = (number: number) => failed.filter((name) => batches[number - 1]?.lockers.includes(name)).length;
  const inBatch = limits.batchFailures ?? Number.POSITIVE_INFINITY;
  return within(1) > limits.canaryFailures || failed.length > limits.totalFailures || within(batch) > inBatch;
}

const holdsFor = ({ holds }: Progress, reason: string): boolean => holds.some((hold) => hold.reason === reason);

/** Who is acknowledged, after each step. */
function makeMemory(of: (progress: Progress) => Names) {
  let known: Names = new Set();
  return {
    after(step: Step): Names {
      if (acknowledges(step)) known = of(step.before);
      const { event, origin } = step;
      if (origin === 'door' && event.kind === 'retryLocker') known = new Set([...known].filter((name) => name !== event.locker));
      return known;
    },
    acknowledge: (progress: Progress) => void (known = of(progress)),
  };
}

/** Holds, turns back or notes it at that failure and at no other. */
export const theBudgetIsExact: Rule = (plan) => {
  const memory = makeMemory((progress) => failedOf(plan, progress));
  const { onFailure } = plan.policy;
  return (step) => {
    const { before, after, origin } = step;
    if (origin === 'refused') return null;
    const known = memory.after(step);
    const beyond = isOver(
      plan,
      after,
      [...failedOf(plan, after)].filter((name) => !known.has(name)),
    );
    if (onFailure === 'continue' && beyond) memory.acknowledge(after);
    if (onFailure === 'continue') return holdsFor(after, 'failures') ? 'it holds, and was told to go on' : null;
    const holds = onFailure === 'hold' || isForGood(plan, before);
    const stops = holds ? holdsFor(after, 'failures') : Boolean(after.rollback);
    const ends = after.abort !== null || after.fault !== null || Boolean(after.rollback);
    if (beyond && !stops && !ends) return 'one failure too many, and it goes on';
    if (!beyond && holdsFor(after, 'failures') && !after.rollback) return 'it holds, and no budget is used up';
    const turned = !before.rollback && after.rollback?.actor === 'the policy';
    if (turned && holds) return 'it turns back by itself, past the point of no return';
    return turned && !beyond ? 'it turns back, and no budget is used up' : null;
  };
};

/** Data of some locker may be migrated, and can not be taken back. */
function isForGood({ migrations = [] }: Plan, { lockers }: Progress): boolean {
  const final = migrations.filter(({ reversible }) => !reversible).flatMap(({ lockers: of = [] }) => of);
  return final.some((name) => (lockers[name]?.beganAt ?? null) !== null);
}

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
    // The budget of a batch is that of the batch which runs.
    if (!plan.batches[before.batch - 1]?.lockers.some((name) => before.lockers[name]?.end !== after.lockers[name]?.end))
      return null;
    const said = stopsAt(plan, before);
    const [was, is] = [failedOf(plan, before).size, failedOf(plan, after).size];
    if (after.fault || is === was || holdsFor(before, 'failures')) return null;
    const holds = holdsFor(after, 'failures');
    return holds === is >= said ? null : `it said that it stops at ${said}; at ${is} it ${holds ? 'holds' : 'goes on'}`;
  };

const lostOf = ({ lockers }: Progress): Names =>
  new Set((Object.keys(lockers) as LockerName[]).filter((name) => lockers[name]?.end === 'unreachable'));

export const unreachableOnesApart: Rule = (plan) => {
  const memory = makeMemory(lostOf);
  return (step) => {
    const { before, after, origin, event } = step;
    if (origin === 'refused') return null;
    const known = memory.after(step);
    if (event.kind !== 'fault' || lostOf(after).size <= lostOf(before).size || after.abort || after.fault) return null;
    const fresh = [...lostOf(after)].filter((name) => !known.has(name)).length;
    const beyond = fresh > (plan.limits.unreachable ?? 0);
    return beyond === holdsFor(after, 'unreachable')
      ? null
      : `${fresh} can not be reached, and it ${beyond ? 'goes on' : 'holds'}`;
  };
};
