import type { SeenMigration } from '../../../domain/model/migration';
import { makePlan } from '../../../domain/plan/make-plan';
import { renderPlan } from '../../../domain/plan/render-plan';
import { reviewPlan } from '../../../domain/plan/review-plan';
import { aManifest, aPlan, fakeHash, lockerName, planFacts } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';
import { expectGolden } from '../../support/golden';

const split = { id: 'split-jobs' } as const;
const shrink = { id: 'shrink', reversible: false, when: 'all-halted' } as const;
const each = { id: 'each', scope: 'locker', when: 'per-locker' } as const;
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

  test('where scope and moment do not go together, or where it is of a kind to come', () => {
    expect(refusalsOf({ manifest: aManifest({ ...split, scope: 'locker' }) })).toMatchObject([{ code: 'ManifestInvalid' }]);
    expect(refusalsOf({ manifest: aManifest(each, shrink) })).toMatchObject([
      { code: 'NotAvailableYet' },
      { code: 'NotAvailableYet' },
    ]);
  });
});

test('the plan names each, how often it runs, and the point of no return', () => {
  expectGolden(
    'plan-with-migrations.txt',
    renderPlan(aPlan({ manifest: aManifest(split, { ...shrink, when: 'before-first' }), rehearsal: { kind: 'possible' } }), {
      style: 'text',
    }),
  );
});
