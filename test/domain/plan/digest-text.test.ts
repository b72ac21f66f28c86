import type { Plan } from '../../../domain/model/plan';
import { canonical, digestText } from '../../../domain/plan/digest-text';
import { renderPlanDiff } from '../../../domain/plan/render-plan-diff';
import { aPlan, aRelease, anOwed } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const plan = aPlan();

test('canonical text is the same whatever order an object was built in', () => {
  expect(canonical({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  expect(canonical({ a: true, b: [1, { c: 'x', d: null }] })).toBe(canonical({ b: [1, { d: null, c: 'x' }], a: true }));
});

test.each<[string, PlanOptions]>([
  ['a locker that does not answer', { each: { 'locker-001': { healthy: false, reportedBuild: null } } }],
  ['a locker that reports another build', { each: { 'locker-001': { reportedBuild: '1-gabc' } } }],
  ['a locker that is down', { each: { 'locker-001': { state: 'stopped' } } }],
  ['a locker that is owed', { each: { 'locker-001': { state: 'stopped', owed: anOwed() } } }],
  ['a later look', { at: '2026-11-21T10:00:00.000Z' }],
  ['pressure', { pressure: { cpuSomeAvg10: 99, memoryAvailablePercent: 1, loadPerCore: 9 } }],
  ['a fuller disk', { disk: { freeBytes: 1024 ** 3, freePercent: 2 } }],
  ['known durations', { durations: { 'locker-012': 60_000 } }],
  ['another name for the same release', { release: { ...aRelease(), label: 'v1-20261120-gabc' } }],
  ['another changelog', { changes: { code: [], config: ['abc Other'] } }],
])('%s outdates no approval', (_, options) => {
  const other = aPlan(options);
  expect(other.digest).toBe(plan.digest);
  expect(renderPlanDiff(plan, other)).toEqual([]);
});

test.each<[string, PlanOptions]>([
  ['another release', { release: aRelease('newer') }],
  ['another release under the locker', { each: { 'locker-001': { on: aRelease('older') } } }],
  ['a locker never deployed', { each: { 'locker-001': { on: null } } }],
  ['another config that it will get', { each: { 'locker-001': { targetConfigDigest: plan.digest } } }],
  ['a locker more', { lockers: 13 }],
  ['a locker less', { lockers: 11 }],
  ['other batches', { policy: { batches: [2, 'rest'] } }],
  ['other gates', { policy: { gates: 'every' } }],
  ['another soak', { policy: { soak: { batch: '1s' } } }],
  ['another limit', { policy: { maxDown: 2 } }],
  ['another budget', { policy: { maxFailures: { total: 3 } } }],
  ['another deadline', { policy: { stop: { timeout: '61s' } } }],
  ['what happens then', { policy: { drain: { onTimeout: 'proceed' } } }],
  ['onFailure', { policy: { onFailure: 'continue' } }],
  ['another box', { box: 'lxc13' }],
])('%s is another digest, and the difference can be told', (_, options) => {
  const other = aPlan(options);
  expect(other.digest).not.toBe(plan.digest);
  expect(renderPlanDiff(plan, other)).not.toEqual([]);
});

test('each covered thing is in the text by itself', () => {
  const [canary, ...others] = plan.batches;
  const [locker, ...rest] = plan.lockers;
  if (!canary || !locker) throw new Error('the plan has lockers');
  const changes: Partial<Plan>[] = [
    { batches: [{ ...canary, gate: true }, ...others] },
    { batches: [{ ...canary, soakMs: 1 }, ...others] },
    { batches: others },
    { limits: { ...plan.limits, maxStarting: 1 } },
    { policy: { ...plan.policy, keepReleases: 9 } },
    { lockers: [{ ...locker, from: null }, ...rest] },
    { release: { ...plan.release, config: { revision: aRelease('old').config.revision } } },
  ];
  const texts = [plan, ...changes.map((change) => ({ ...plan, ...change }))].map(digestText);
  expect(new Set(texts).size).toBe(texts.length);
});
