import type { Inventory } from '../../../domain/model/inventory';
import type { Plan } from '../../../domain/model/plan';
import { reviewPlan } from '../../../domain/plan/review-plan';
import { aPlan, anInventory } from '../../support/builders';

const each = { 'locker-001': { healthy: false } };
const inventory = anInventory({ each });
const plan = aPlan({ each });

test('a plan of the planner is sound', () => {
  expect(reviewPlan(plan, inventory)).toEqual([]);
});

const [canary, second, third] = plan.batches;
if (!canary || !second || !third) throw new Error('the plan has three batches');

test.each<[string, Partial<Plan>, RegExp]>([
  ['a locker that was forgotten', { lockers: plan.lockers.slice(1) }, /^planned are \[.*\], seen \[locker-001 /],
  [
    'a locker that is not on the box',
    { lockers: [...plan.lockers, ...aPlan({ lockers: 13 }).lockers.slice(12)] },
    /^planned are/,
  ],
  ['a locker that is planned twice', { lockers: [...plan.lockers, ...plan.lockers.slice(11)] }, /planned twice/],
  [
    'a locker in two batches',
    { batches: [canary, second, { ...third, lockers: [...third.lockers, ...canary.lockers] }] },
    /locker-002 \(update\) is in 2 batches/,
  ],
  ['a locker in no batch', { batches: [canary, second] }, /is in 0 batches instead of 1/],
  ['a batch locker that is not planned', { lockers: plan.lockers.slice(0, 11) }, /batch locker locker-012 is not planned/],
  [
    'a wrong size',
    { batches: [canary, { ...second, lockers: second.lockers.slice(1) }, third] },
    /^batch sizes are \[1 4 6\] instead of \[1 5 6\]/,
  ],
  ['wrong numbers', { batches: [second, canary, third] }, /^batch 1 is numbered 2/],
  ['a gate too many', { batches: [canary, second, { ...third, gate: true }] }, /^batch 3 has a gate/],
  ['a gate too few', { batches: [canary, { ...second, gate: false }, third] }, /^batch 2 has no gate/],
  ['a gate before the canary', { batches: [{ ...canary, gate: true }, second, third] }, /^batch 1 has a gate/],
  ['a wrong soak', { batches: [{ ...canary, soakMs: 1 }, second, third] }, /^batch 1 soaks 1 ms instead of 30000/],
  ['a limit of zero', { limits: { ...plan.limits, maxDown: 0 } }, /^maxDown is 0/],
  ['half a locker', { limits: { ...plan.limits, maxUnproven: 1.5 } }, /^maxUnproven is 1.5/],
  ['a negative budget', { limits: { ...plan.limits, totalFailures: -1 } }, /^totalFailures is -1/],
  ['more down than there are', { limits: { ...plan.limits, maxDown: 13 } }, /^maxDown is 13 of 12 lockers/],
  ['a wrong count of those that do not serve', { notServing: 0 }, /^notServing is 0, 1 lockers are failing/],
  [
    'a debt that nobody has',
    { owed: plan.lockers.slice(0, 1).map(({ name }) => name) },
    /^owed are \[locker-001\] instead of \[\]/,
  ],
  [
    'a canary that does not serve',
    {
      batches: [
        { ...canary, lockers: second.lockers.slice(0, 1) },
        { ...second, lockers: [...canary.lockers, ...second.lockers.slice(1)] },
        third,
      ],
    },
    /^canary locker-001 does not serve, locker-002 does/,
  ],
  [
    'a running locker that would only be linked',
    { lockers: plan.lockers.map((l) => ({ ...l, action: 'link' as const })) },
    /is linked, but serving/,
  ],
  [
    'a locker that is taken to be there and is not',
    { lockers: plan.lockers.map((l) => ({ ...l, action: 'none' as const })) },
    /locker-001 is not there/,
  ],
])('%s is found', (_, change, words) => {
  const found = reviewPlan({ ...plan, ...change }, inventory);
  expect(found.some((sentence) => words.test(sentence))).toBe(true);
});

test('a plan for another box is found', () => {
  const other: Inventory = anInventory({ each, box: 'lxc13' });
  expect(reviewPlan(plan, other)).toEqual(['the plan is for lxc12, the inventory of lxc13']);
});
