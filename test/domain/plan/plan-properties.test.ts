/** What must hold for every plan, whatever the box looks like and whatever the policy says (style.md). */
import * as fc from 'fast-check';
import type { Inventory, SeenLocker } from '../../../domain/model/inventory';
import type { PolicyInput } from '../../../domain/model/policy';
import type { Plan } from '../../../domain/model/plan';
import { mergePolicy } from '../../../domain/model/merge-policy';
import { makePlan } from '../../../domain/plan/make-plan';
import type { PlanFacts } from '../../../domain/plan/make-plan';
import { reviewPlan } from '../../../domain/plan/review-plan';
import { renderPlan } from '../../../domain/plan/render-plan';
import { renderPlanDiff } from '../../../domain/plan/render-plan-diff';
import { aRelease, aSeenLocker, anInventory, anOwed, fakeHash, lockerName, planFacts } from '../../support/builders';
import type { SeenOverrides } from '../../support/builders';

const target = aRelease();
const releases = fc.constantFrom(aRelease('old'), aRelease('older'), target, null);
const parked = { by: 'local:ann', token: anOwed().token, since: '2026-11-20T09:00:00.000Z' };

const kinds: fc.Arbitrary<SeenOverrides> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.constant({ healthy: false, reportedBuild: null }),
  fc.constant({ state: 'stopped' as const }),
  fc.constant({ state: 'other' as const }),
  fc.constant({ running: null }),
  fc.constant({ state: 'stopped' as const, wanted: 'down' as const }),
  fc.constant({ state: 'stopped' as const, parked }),
  fc.constant({ owed: anOwed() }),
  fc.constant({ state: 'stopped' as const, owed: anOwed() }),
);
const seen: fc.Arbitrary<SeenOverrides> = fc.tuple(releases, kinds).map(([on, kind]) => ({ on, ...kind }));
const inventories: fc.Arbitrary<Inventory> = fc
  .array(seen, { minLength: 1, maxLength: 40 })
  .map((each) => anInventory({ lockers: each.length, target, each: (n) => each[n - 1] ?? {} }));

const count = fc.integer({ min: 1, max: 50 });
const percent = fc.integer({ min: 1, max: 100 }).map((n) => `${n}%`);
const sizes = fc
  .tuple(fc.array(fc.oneof(count, percent), { maxLength: 4 }), fc.oneof(count, percent, fc.constant('rest' as const)))
  .map(([first, last]) => [...first, last]);
const policies: fc.Arbitrary<PolicyInput> = fc.record(
  {
    batches: sizes,
    maxDown: fc.oneof(count, percent),
    maxUnproven: count,
    gates: fc.oneof(
      fc.constantFrom('none' as const, 'canary' as const, 'every' as const),
      fc.array(count, { minLength: 1, maxLength: 3 }),
    ),
    soak: fc.record({ canary: fc.nat(60_000), batch: fc.nat(60_000) }),
    maxFailures: fc.record({ canary: fc.nat(3), total: fc.oneof(fc.nat(9), percent) }),
  },
  { requiredKeys: [] },
);
const durations = fc.dictionary(fc.integer({ min: 1, max: 40 }).map(lockerName), fc.nat(90_000));

const base = planFacts();
const worlds: fc.Arbitrary<PlanFacts> = fc
  .tuple(inventories, policies, fc.option(durations, { nil: undefined }))
  .map(([inventory, policy, known]) => ({
    ...base,
    inventory,
    policy: mergePolicy([policy]),
    ...(known && { durations: known }),
  }));

function planOf(facts: PlanFacts): Plan {
  const result = makePlan(facts, fakeHash);
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.refusals));
  return result.plan;
}
const holds = (check: (facts: PlanFacts, plan: Plan) => void) =>
  fc.assert(fc.property(worlds, (facts) => check(facts, planOf(facts))));

test('the review finds nothing in any plan', () => {
  holds(({ inventory }, plan) => expect(reviewPlan(plan, inventory)).toEqual([]));
});

test('every locker of the box is planned, and each that changes is in exactly one batch', () => {
  holds(({ inventory }, { lockers, batches }) => {
    const changing = lockers.filter(({ action }) => action !== 'none').map(({ name }) => name);
    expect(lockers.map(({ name }) => name)).toEqual(inventory.lockers.map(({ name }) => name));
    expect(batches.flatMap((batch) => batch.lockers).toSorted()).toEqual(changing);
    expect(batches.every((batch) => batch.lockers.length > 0)).toBe(true);
  });
});

test('no limit is below one, above the box, or above what the policy says', () => {
  holds(({ inventory, policy }, { limits }) => {
    const all = inventory.lockers.length;
    const { maxDown } = policy;
    const allowed = typeof maxDown === 'number' ? maxDown : (Number.parseInt(maxDown, 10) * all) / 100;
    expect(limits.maxDown).toBeGreaterThanOrEqual(1);
    expect(limits.maxDown).toBeLessThanOrEqual(Math.max(1, Math.min(allowed, all)));
    expect(limits.maxUnproven).toBeGreaterThanOrEqual(1);
    expect(limits.totalFailures).toBeGreaterThanOrEqual(0);
  });
});

test('the canary goes first, never behind a gate, and serves wherever enough lockers serve', () => {
  holds(({ inventory }, { batches, lockers }) => {
    const [canary] = batches;
    if (!canary) return;
    expect(canary).toMatchObject({ number: 1, gate: false });
    const healthy = new Set(inventory.lockers.filter((locker) => locker.healthy && !locker.owed).map(({ name }) => name));
    const good = lockers.filter(({ name, action }) => action === 'update' && healthy.has(name)).map(({ name }) => name);
    const goodCanaries = canary.lockers.filter((name) => good.includes(name)).length;
    expect(goodCanaries).toBe(Math.min(good.length, canary.lockers.length));
  });
});

test('no gate stands after the last batch, and there are never more than batches less one', () => {
  holds((_, { batches }) => {
    expect(batches.filter(({ gate }) => gate).length).toBeLessThanOrEqual(Math.max(0, batches.length - 1));
  });
});

test('the same input in any order is the same plan', () => {
  const shuffled = worlds.chain((facts) => {
    const { lockers } = facts.inventory;
    const orders = fc.shuffledSubarray(lockers, { minLength: lockers.length, maxLength: lockers.length });
    return orders.map((order) => [facts, { ...facts, inventory: { ...facts.inventory, lockers: order } }] as const);
  });
  fc.assert(fc.property(shuffled, ([facts, other]) => expect(planOf(other)).toEqual(planOf(facts))));
});

/** As the plan would leave the locker: on the release, up or stopped on purpose. */
function carriedOut(locker: SeenLocker): SeenLocker {
  const stays = locker.state === 'stopped' && locker.wanted === 'down' && !locker.owed && !locker.parked;
  return aSeenLocker(locker.name, { on: target, ...(stays && { state: 'stopped', wanted: 'down' }) }, target);
}

test('planning again after the plan was carried out is an empty plan', () => {
  holds((facts) => {
    const lockers = facts.inventory.lockers.map(carriedOut);
    const again = planOf({ ...facts, inventory: { ...facts.inventory, lockers } });
    expect(again.batches).toEqual([]);
    expect(again.lockers.every(({ action }) => action === 'none')).toBe(true);
  });
});

test('the digest ignores health, what is owed, the time and how long things take', () => {
  const changed = fc.tuple(worlds, fc.infiniteStream(fc.boolean())).map(([facts, coins]) => {
    const flip = () => coins.next().value === true;
    const lockers = facts.inventory.lockers.map((locker) => ({
      ...locker,
      healthy: flip(),
      reportedBuild: flip() ? null : 'other',
      // Nobody owes a locker that was stopped on purpose.
      owed: locker.wanted === 'up' && flip() ? anOwed() : null,
    }));
    const inventory = { ...facts.inventory, lockers, at: '2026-12-01T00:00:00.000Z', bootId: 'other', lease: null };
    return [facts, { ...facts, inventory, durations: { 'locker-001': 1_000 } }] as const;
  });
  fc.assert(
    fc.property(changed, ([facts, other]) => {
      expect(planOf(other).digest).toBe(planOf(facts).digest);
      expect(renderPlanDiff(planOf(facts), planOf(other))).toEqual([]);
    }),
  );
});

test('two plans have one digest exactly when no difference can be told', () => {
  const pair = fc.tuple(worlds, policies, inventories, fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(pair, ([facts, policy, inventory, which]) => {
      const other = { ...facts, ...(which & 1 && { policy: mergePolicy([policy]) }), ...(which & 2 && { inventory }) };
      const [a, b] = [planOf(facts), planOf(other)];
      expect(renderPlanDiff(a, b).length === 0).toBe(a.digest === b.digest);
    }),
  );
});

test('every plan can be shown, and its numbers add up', () => {
  holds(({ inventory }, plan) => {
    const text = renderPlan(plan, { style: 'text' });
    const [, total, origins = ''] = /Lockers {3}(\d+): (.*)/.exec(text) ?? [];
    const groups = origins.replace(/, \d+ owed$/, '').matchAll(/(?:^|, )(\d+) /g);
    expect(Number(total)).toBe(inventory.lockers.length);
    expect([...groups].reduce((sum, [, n]) => sum + Number(n), 0)).toBe(inventory.lockers.length);
    expect(plan.expected.seconds).toBeGreaterThanOrEqual(0);
  });
});
