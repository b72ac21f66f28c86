import type { SeenMigration } from '../../../domain/model/migration';
import { makePlan } from '../../../domain/plan/make-plan';
import { renderPlan } from '../../../domain/plan/render-plan';
import { reviewPlan } from '../../../domain/plan/review-plan';
import { aManifest, aPlan, anOwed, fakeHash, lockerName, planFacts } from '../../support/builders';
import type { AMigration, PlanOptions } from '../../support/builders';
import { expectGolden } from '../../support/golden';

const split = { id: 'split-jobs' } as const;
const shrink = { id: 'shrink', reversible: false, when: 'all-halted' } as const;
const each: AMigration = { id: 'each', scope: 'locker', when: 'per-locker', undo: ['undo'] };
const seen = (more: Partial<SeenMigration> = {}): SeenMigration => ({
  id: 'split-jobs',
  scope: '-',
  state: 'done',
  when: 'before-first',
  reversible: true,
  inTarget: true,
  evidence: [],
  ...more,
});
const refusalsOf = (options: PlanOptions) => {
  const result = makePlan(planFacts(options), fakeHash);
  return result.kind === 'refused' ? result.refusals : [];
};
const sound = (options: PlanOptions) => {
  const plan = aPlan(options);
  expect(reviewPlan(plan, planFacts(options).inventory)).toEqual([]);
  return plan;
};

test('a migration that the box does not know as done is planned; one that is done is not', () => {
  expect(sound({ manifest: aManifest(split) }).migrations).toEqual([
    { id: 'split-jobs', when: 'before-first', reversible: true, timeoutMs: 600_000 },
  ]);
  expect(sound({ manifest: aManifest(split), migrations: [seen()] }).migrations).toBeUndefined();
  expect(sound({ manifest: aManifest(split), migrations: [seen({ state: 'not-done' })] }).migrations).toHaveLength(1);
});

test('where nothing changes nothing is migrated', () => {
  const there = planFacts().release;
  expect(sound({ on: there, manifest: aManifest(split) })).toMatchObject({ batches: [] });
  expect(sound({ on: there, manifest: aManifest(split) }).migrations).toBeUndefined();
});

const gatesOf = (options: PlanOptions) => sound({ policy: { gates: 'none' }, ...options }).batches.map(({ gate }) => gate);

test('one that can not be undone asks before batch 1, whatever the gates of the policy are', () => {
  expect(gatesOf({ manifest: aManifest({ ...split, reversible: false }) })[0]).toBe(true);
  expect(gatesOf({ manifest: aManifest(split) })).not.toContain(true);
});

test('for one that needs all lockers halted all of them go together, those that are there already too', () => {
  const there = { [lockerName(2)]: { on: planFacts().release } };
  const plan = sound({ manifest: aManifest(shrink), policy: { batches: [1, 5, 'rest'] }, each: there });
  expect(plan.batches.map(({ lockers }) => lockers.length)).toEqual([12]);
  expect(plan.lockers.map(({ action }) => action)).not.toContain('none');
});

test('for one that needs all lockers halted nobody is left out', () => {
  const heldOut = { [lockerName(3)]: 'left out of this rollout' };
  expect(refusalsOf({ manifest: aManifest(shrink), heldOut })).toMatchObject([{ code: 'PolicyInvalid' }]);
  expect(refusalsOf({ manifest: aManifest(split), heldOut })).toEqual([]);
});

test('what a rollout that is no more left halted is brought up first; what a script parked is the script’s', () => {
  const since = '2026-11-20T09:00:00.000Z';
  const parked = (by: string) =>
    ({ state: 'stopped', initPid: null, healthy: false, parked: { by, token: anOwed().token, since } }) as const;
  const rollout = '11111111-1111-4111-8111-111111111111';
  const plan = sound({ each: { [lockerName(1)]: parked(rollout), [lockerName(2)]: parked('local:jane') } });
  expect(plan.owed).toEqual([lockerName(1)]);
});

test('the digest covers the migrations, and is what it was where there are none', () => {
  const digests = [{}, { manifest: aManifest(split) }, { manifest: aManifest({ ...split, timeout: '1m' }) }].map(
    (options) => aPlan(options).digest,
  );
  expect(new Set(digests).size).toBe(3);
  expect(aPlan({ manifest: aManifest() }).digest).toBe(aPlan().digest);
});

describe('no plan is made', () => {
  test('while one is undecided or runs', () => {
    expect(refusalsOf({ migrations: [seen({ state: 'undecided' })] })).toMatchObject([{ code: 'MigrationUndecided' }]);
    expect(refusalsOf({ migrations: [seen({ state: 'begun', scope: lockerName(3) })] })).toMatchObject([
      { code: 'MigrationUnderWay', sentence: 'On locker locker-003 of box lxc12 migration split-jobs runs at this moment.' },
    ]);
  });

  test('for a release that lacks one that is done on the data, unless the release before could live with it', () => {
    expect(refusalsOf({ migrations: [seen({ inTarget: false, when: 'all-halted' })] })).toMatchObject([
      { code: 'ReleaseTooOld' },
    ]);
    expect(refusalsOf({ migrations: [seen({ inTarget: false, when: 'all-halted', state: 'not-done' })] })).toEqual([]);
    expect(refusalsOf({ migrations: [seen({ inTarget: false })] })).toEqual([]);
  });

  test('where scope and moment do not go together', () => {
    expect(refusalsOf({ manifest: aManifest({ ...split, scope: 'locker' }) })).toMatchObject([{ code: 'ManifestInvalid' }]);
    expect(refusalsOf({ manifest: aManifest({ ...each, scope: 'box' }) })).toMatchObject([{ code: 'ManifestInvalid' }]);
  });

  test('for one of each locker that says that it can be undone, and not how', () => {
    expect(refusalsOf({ manifest: aManifest({ ...each, undo: undefined }) })).toMatchObject([{ code: 'ManifestInvalid' }]);
    expect(refusalsOf({ manifest: aManifest({ ...each, undo: undefined, reversible: false }) })).toEqual([]);
  });
});

test('one of each locker is planned for those whose data have it ahead of them', () => {
  const done = seen({ id: 'each', scope: lockerName(2), when: 'per-locker' });
  expect(sound({ manifest: aManifest(each), migrations: [done], lockers: 3 }).migrations).toMatchObject([
    { id: 'each', when: 'per-locker', lockers: [lockerName(1), lockerName(3)] },
  ]);
});

test('the plan names each, how often it runs, and the point of no return', () => {
  expectGolden(
    'plan-with-migrations.txt',
    renderPlan(aPlan({ manifest: aManifest(split, each, shrink), rehearsal: { kind: 'possible' } }), {
      style: 'text',
    }),
  );
});
