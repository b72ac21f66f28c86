import * as fc from 'fast-check';
import { limitsFor } from '../../../domain/model/limits-for';
import { aPolicy } from '../../support/builders';

test.each([
  ['10%', 300, 30],
  ['10%', 12, 1],
  ['10%', 19, 1],
  ['10%', 20, 2],
  ['10%', 3, 1],
  ['1%', 1, 1],
  ['100%', 12, 12],
  [3, 12, 3],
  [50, 12, 12],
])('maxDown %s of %i lockers is %i', (maxDown, lockers, expected) => {
  expect(limitsFor(aPolicy({ maxDown }), lockers).maxDown).toBe(expected);
});

test.each([
  ['3%', 300, 9],
  ['3%', 99, 2],
  ['3%', 12, 0],
  [4, 12, 4],
  ['0%', 300, 0],
  ['100%', 12, 12],
])('maxFailures.total %s of %i lockers is %i', (total, lockers, expected) => {
  expect(limitsFor(aPolicy({ maxFailures: { total } }), lockers).totalFailures).toBe(expected);
});

test('maxUnproven is three times maxDown unless written', () => {
  expect(limitsFor(aPolicy({ maxDown: 4 }), 300).maxUnproven).toBe(12);
  expect(limitsFor(aPolicy({ maxDown: 4, maxUnproven: 1 }), 300).maxUnproven).toBe(1);
});

test('a share is never more than the percentage says, except that one may always be down', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1_000 }));
  fc.assert(
    fc.property(cases, ([percent, lockers]) => {
      const { maxDown } = limitsFor(aPolicy({ maxDown: `${percent}%` }), lockers);
      expect(maxDown).toBeGreaterThanOrEqual(1);
      expect(maxDown === 1 || maxDown * 100 <= percent * lockers).toBe(true);
    }),
  );
});
