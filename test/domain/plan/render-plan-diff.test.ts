import { renderPlanDiff } from '../../../domain/plan/render-plan-diff';
import { aPlan, aRelease } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const confirmed = aPlan();
const diff = (options: PlanOptions) => renderPlanDiff(confirmed, aPlan(options));
const named = (word: string) => `${aRelease(word).label} (${aRelease(word).id})`;

test('nothing changed is nothing said', () => {
  expect(diff({})).toEqual([]);
});

test('another release is said first', () => {
  expect(diff({ release: aRelease('newer') })[0]).toBe(`to release: was ${named('new')}, is ${named('newer')}`);
});

test('lockers that changed alike are one sentence', () => {
  const on = aRelease('other');
  const found = diff({ each: (n) => (n <= 7 ? { on } : {}) });
  expect(found).toEqual([
    `7 lockers locker-001, locker-002, locker-003, locker-004, locker-005 and 2 more: was on ${named('old')}, is on ${named('other')}`,
  ]);
});

test('a locker that is there already makes its batch smaller', () => {
  expect(diff({ each: { 'locker-012': { on: aRelease() } } })).toEqual([
    `locker locker-012: was on ${named('old')}, is on ${named('new')}`,
    'batches: was 1, 5, 6, is 1, 5, 5',
  ]);
});

test('lockers that came and went are named', () => {
  expect(diff({ lockers: 13 })).toEqual(['locker locker-013: new on the box', 'batches: was 1, 5, 6, is 1, 5, 7']);
  expect(diff({ lockers: 11 })).toEqual([
    'locker locker-012: no longer on the box',
    'batches: was 1, 5, 6, is 1, 5, 5',
    'limit rollbackMaxDown: was 3, is 2',
  ]);
});

test('a never deployed locker and changed configs are told apart', () => {
  expect(diff({ each: { 'locker-001': { on: null } } })[0]).toBe(`locker locker-001: was on ${named('old')}, is never deployed`);
  expect(diff({ each: { 'locker-001': { targetConfigDigest: confirmed.digest } } })).toEqual([
    'locker locker-001: the config that it will get changed',
  ]);
  const on = { ...aRelease('old'), config: aRelease('other').config };
  expect(diff({ each: { 'locker-001': { on } } })).toEqual(['locker locker-001: its present config changed']);
});

test('policy, gates and limits are told with both values', () => {
  expect(diff({ policy: { gates: 'every', maxDown: 2 } })).toEqual([
    'approvals before batch: was 2, is 2, 3',
    'policy maxDown: was "10%", is 2',
    'policy gates: was "canary", is "every"',
    'limit maxDown: was 1, is 2',
    'limit maxUnproven: was 3, is 6',
  ]);
});
