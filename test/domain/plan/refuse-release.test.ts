import * as fc from 'fast-check';
import { ReleaseManifest } from '../../../domain/model/release-manifest';
import { makePlan } from '../../../domain/plan/make-plan';
import { renderPlan } from '../../../domain/plan/render-plan';
import { aPlan, aRelease, fakeHash, lockerName, planFacts } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const manifest = (written: unknown) => ReleaseManifest.parse(written);
const refusalsOf = (options: PlanOptions) => {
  const result = makePlan(planFacts(options), fakeHash);
  return result.kind === 'refused' ? result.refusals : [];
};

test('a key that the config lacks stops the plan and names it with the lockers', () => {
  const refusals = refusalsOf({
    lockers: 3,
    manifest: manifest({ config: { required: ['jobs.parallel', 'storage'] } }),
    each: (n) => ({ missingConfig: n === 2 ? ['jobs.parallel', 'storage'] : ['storage'] }),
  });
  expect(refusals).toEqual([
    {
      code: 'ConfigIncomplete',
      locker: 'locker-002',
      sentence: `Release ${aRelease().label} requires the key jobs.parallel in config.json, and it is not there for 1 locker on box lxc12: locker-002.`,
      cure: expect.stringContaining('templates/config.json'),
    },
    expect.objectContaining({
      locker: null,
      sentence: expect.stringContaining('3 lockers on box lxc12: locker-001, locker-002, locker-003.'),
    }),
  ]);
});

test('code without the required commit stops the plan, one sentence for each release that lockers come from', () => {
  const refusals = refusalsOf({
    lockers: 4,
    manifest: manifest({ requires: { from: 'jobs-split' } }),
    each: (n) => (n === 4 ? {} : { on: aRelease(n === 1 ? 'ancient' : 'old'), tooOld: true }),
  });
  expect(refusals.map(({ code, sentence }) => [code, sentence])).toEqual([
    ['ReleaseIncompatible', expect.stringContaining(`contains jobs-split, and ${aRelease('ancient').label} does not: 1 locker`)],
    ['ReleaseIncompatible', expect.stringContaining('2 lockers on box lxc12 would come from it: locker-002, locker-003.')],
  ]);
});

test('a locker that stays as it is is asked for nothing', () => {
  const options: PlanOptions = {
    lockers: 2,
    manifest: manifest({ config: { required: ['storage'] }, requires: { from: 'v2' } }),
    each: { 'locker-001': { missingConfig: ['storage'], tooOld: true } },
  };
  expect(refusalsOf(options)).toHaveLength(2);
  expect(refusalsOf({ ...options, heldOut: { 'locker-001': 'on holiday' } })).toEqual([]);
});

test('what the release asks and gets stands in the plan; of one that asks nothing there is no line', () => {
  const plan = aPlan({
    manifest: manifest({ requires: { from: 'v2' }, config: { required: ['a', 'b.c'] }, check: ['node', '--check', 'x'] }),
  });
  expect(renderPlan(plan, { style: 'text' })).toContain(
    [
      '  Release   checked while it is staged: node --check x',
      '            has the config that it requires: a, b.c',
      '            follows code that contains v2, as it requires',
    ].join('\n'),
  );
  expect(aPlan({ manifest: manifest({}) })).not.toHaveProperty('asks');
});

test('a plan is made exactly where every locker that it touches has every key', () => {
  const keys = ['a', 'b', 'c.d'];
  fc.assert(
    fc.property(fc.array(fc.subarray(keys), { minLength: 1, maxLength: 6 }), fc.subarray(keys), (lacks, required) => {
      const each = Object.fromEntries(
        lacks.map((missing, i) => [lockerName(i + 1), { missingConfig: missing.filter((key) => required.includes(key)) }]),
      );
      const refusals = refusalsOf({ lockers: lacks.length, manifest: manifest({ config: { required } }), each });
      const bad = required.filter((key) => lacks.some((missing) => missing.includes(key)));
      expect(refusals).toHaveLength(bad.length);
      for (const key of bad) expect(refusals.some(({ sentence }) => sentence.includes(`the key ${key} `))).toBe(true);
    }),
  );
});
