import * as fc from 'fast-check';
import { makePlan } from '../../../domain/plan/make-plan';
import { downBy, startQuestion, strangeTo } from '../../../domain/plan/direction';
import { Kinship } from '../../../domain/model/lineage';
import type { Lineage } from '../../../domain/model/lineage';
import { renderPlan } from '../../../domain/plan/render-plan';
import { renderPlanDiff } from '../../../domain/plan/render-plan-diff';
import { reviewPlan } from '../../../domain/plan/review-plan';
import { aPlan, aRelease, fakeHash, planFacts } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';
import { expectGolden } from '../../support/golden';

const lineage = (code: Lineage['code'], config: Lineage['config'], superseded = false): Lineage => ({ code, config, superseded });
const behind = lineage('behind', 'same');

test.each<[string, Lineage | null, string | null]>([
  ['newer code', lineage('ahead', 'same'), null],
  ['the very same', lineage('same', 'same'), null],
  ['older code', behind, 'older code'],
  ['older config', lineage('same', 'behind'), 'older config'],
  ['both older', lineage('behind', 'behind'), 'older code and config'],
  ['newer code with older config: they go as a pair', lineage('ahead', 'behind'), 'older config'],
  ['a side branch', lineage('diverged', 'same'), null],
  ['a side branch that was left for what runs', lineage('diverged', 'same', true), 'superseded since'],
  ['one that was rolled back and continues what runs', lineage('ahead', 'same', true), null],
  ['only a newer config, on a release that was there before', lineage('same', 'ahead', true), null],
  ['histories without anything in common', lineage('unrelated', 'unrelated'), null],
  ['a commit that is gone', lineage('unknown', 'same'), null],
  ['never deployed', null, null],
])('%s', (_what, given, down) => {
  expect(downBy(given)).toBe(down);
});

test('what has nothing in common is named by its repository', () => {
  expect(strangeTo(lineage('unrelated', 'same'))).toBe('code');
  expect(strangeTo(lineage('ahead', 'unrelated'))).toBe('config');
  expect(strangeTo(lineage('unrelated', 'unrelated'))).toBe('code and config');
  expect(strangeTo(behind)).toBeNull();
});

const goingDown: PlanOptions = {
  lockers: 300,
  each: (n) => ({
    on: n <= 11 ? aRelease('older') : aRelease('old'),
    lineage: n <= 11 ? lineage('diverged', 'same', true) : behind,
  }),
};

test('going down is refused with who would go down and from where', () => {
  const made = makePlan(planFacts(goingDown), fakeHash);
  expect(made).toMatchObject({ kind: 'refused', refusals: [{ code: 'Downgrade', locker: null }] });
  expect(made.kind === 'refused' && made.refusals[0]?.sentence).toBe(
    `Release ${aRelease().label} would be a downgrade of 300 lockers of box lxc12: 11 from ${aRelease('older').label} (superseded since), 289 from ${aRelease('old').label} (older code); locker-001, locker-002, locker-003, locker-004, locker-005 and 295 more.`,
  );
});

const forcedDown = { ...goingDown, force: { same: false, down: true }, changes: { code: [], config: [] } };

test.each(['text', 'markdown'] as const)('forced down, the plan says how many go down from where, as %s', (style) => {
  expectGolden(`plan-forced-down.${style === 'text' ? 'txt' : 'md.txt'}`, renderPlan(aPlan(forcedDown), { style }));
});

test('the question before a forced start says how many go down', () => {
  const one = aPlan({ lockers: 300, each: () => ({ lineage: behind }), force: { same: false, down: true } });
  expect(startQuestion(one)).toBe(
    `300 lockers forced down from ${aRelease('old').label} to ${aRelease().label}. Start it on lxc12?`,
  );
  expect(startQuestion(aPlan())).toBe('Start it on lxc12?');
});

const there: PlanOptions = { lockers: 4, on: aRelease(), each: { 'locker-002': { state: 'stopped', wanted: 'down' } } };

test('the same release again is nothing to do, until it is forced; what was stopped on purpose stays', () => {
  expect(aPlan(there).batches).toEqual([]);
  const again = aPlan({ ...there, force: { same: true, down: false } });
  expect(again.lockers.map(({ action, forced }) => [action, forced])).toEqual([
    ['update', 'same'],
    ['none', undefined],
    ['update', 'same'],
    ['update', 'same'],
  ]);
  expectGolden('plan-forced-same.txt', renderPlan(again, { style: 'text' }));
});

test('what is left out is neither forced nor in the way', () => {
  const out = { heldOut: { 'locker-001': 'on holiday' } };
  expect(aPlan({ ...there, ...out, force: { same: true, down: false } }).lockers[0]).not.toHaveProperty('forced');
  expect(aPlan({ lockers: 2, each: { 'locker-001': { lineage: behind } }, ...out }).lockers[0]?.action).toBe('none');
});

test('an approval covers what is forced, and a changed world says so', () => {
  const force = { same: false, down: true };
  const [up, down] = [aPlan({ lockers: 2 }), aPlan({ lockers: 2, each: { 'locker-002': { lineage: behind } }, force })];
  expect(down.digest).not.toBe(up.digest);
  expect(renderPlanDiff(up, down)).toEqual(['locker locker-002: is forced down']);
  expect(aPlan({ lockers: 2, force }).digest).toBe(up.digest);
});

test('without force no locker of any plan goes down; with it every plan is sound and forces those alone', () => {
  const kin = fc.constantFrom(...Kinship.options);
  const lineages = fc.array(fc.option(fc.record({ code: kin, config: kin, superseded: fc.boolean() })), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(lineages, fc.boolean(), (given, same) => {
      const each = (n: number) => ({ lineage: given[n - 1] ?? null });
      const facts = planFacts({ lockers: given.length, each });
      const goes = given.map((one) => downBy(one) !== null);
      expect(makePlan(facts, fakeHash).kind).toBe(goes.includes(true) ? 'refused' : 'plan');
      const forced = makePlan({ ...facts, force: { same, down: true } }, fakeHash);
      if (forced.kind !== 'plan') throw new Error('refused');
      expect(reviewPlan(forced.plan, facts.inventory)).toEqual([]);
      expect(forced.plan.lockers.map((locker) => locker.forced === 'down')).toEqual(goes);
    }),
  );
});
