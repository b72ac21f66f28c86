import { batchSizes, hasGate } from '../../../domain/plan/cut-batches';
import type { BatchSize, Gates } from '../../../domain/model/policy';
import { aPlan, aRelease, anOwed } from '../../support/builders';

test.each<[BatchSize[], number, number[]]>([
  [[1, 5, 'rest'], 12, [1, 5, 6]],
  [[1, 5, 'rest'], 300, [1, 5, 294]],
  [[1, 5, 'rest'], 6, [1, 5]],
  [[1, 5, 'rest'], 4, [1, 3]],
  [[1, 5, 'rest'], 1, [1]],
  [[1, 5, 'rest'], 0, []],
  [['rest'], 12, [12]],
  [[5], 12, [5, 5, 2]],
  [[1, 4], 12, [1, 4, 4, 3]],
  [['10%'], 12, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  [['25%'], 12, [3, 3, 3, 3]],
  [[1, '50%', 'rest'], 12, [1, 6, 5]],
  [['100%'], 12, [12]],
  [[20], 12, [12]],
])('batches %j of %i lockers are %j', (sizes, count, expected) => {
  expect(batchSizes(sizes, count)).toEqual(expected);
});

test.each<[Gates, number[]]>([
  ['none', []],
  ['canary', [2]],
  [[1], [2]],
  ['every', [2, 3, 4]],
  [[2], [3]],
  [
    [1, 3],
    [2, 4],
  ],
  [[4], []],
  [[9], []],
])('gates %j of four batches stand before %j', (gates, expected) => {
  expect([1, 2, 3, 4].filter((batch) => hasGate(gates, batch))).toEqual(expected);
  const plan = aPlan({ lockers: 4, policy: { batches: [1], gates } });
  expect(plan.batches.filter(({ gate }) => gate).map(({ number }) => number)).toEqual(expected);
});

test('a gate after the canary stands only where something comes after it', () => {
  expect(aPlan({ lockers: 1 }).batches).toEqual([{ number: 1, lockers: ['locker-001'], gate: false, soakMs: 30_000 }]);
});

test('the canary soaks by its own time, the others by theirs', () => {
  const plan = aPlan({ lockers: 7, policy: { soak: { canary: '7s', batch: '2s' } } });
  expect(plan.batches.map(({ soakMs }) => soakMs)).toEqual([7_000, 2_000, 2_000]);
});

const canaryOf = (options: Parameters<typeof aPlan>[0]) => aPlan(options).batches[0]?.lockers;

describe('the canary is', () => {
  test('the first by name where all are alike', () => {
    expect(canaryOf({ lockers: 3 })).toEqual(['locker-001']);
  });
  test('never one that does not serve, is owed, or stays stopped, while another serves', () => {
    const each = {
      'locker-001': { healthy: false },
      'locker-002': { state: 'stopped', wanted: 'down' },
      'locker-003': { owed: anOwed() },
    } as const;
    expect(canaryOf({ lockers: 4, each })).toEqual(['locker-004']);
  });
  test('one that comes from where most come from', () => {
    expect(canaryOf({ lockers: 4, each: { 'locker-001': { on: aRelease('older') }, 'locker-002': { on: null } } })).toEqual([
      'locker-003',
    ]);
  });
  test('what there is where nobody serves', () => {
    expect(canaryOf({ lockers: 2, each: () => ({ healthy: false }) })).toEqual(['locker-001']);
    expect(
      canaryOf({ lockers: 2, each: { 'locker-001': { state: 'stopped', wanted: 'down' }, 'locker-002': { healthy: false } } }),
    ).toEqual(['locker-002']);
  });
});

test('the longest expected goes first inside its batch; one never timed goes before them', () => {
  const durations = { 'locker-002': 5_000, 'locker-003': 9_000, 'locker-004': 5_000 };
  const plan = aPlan({ lockers: 5, durations });
  expect(plan.batches.map(({ lockers }) => lockers)).toEqual([
    ['locker-001'],
    ['locker-005', 'locker-003', 'locker-002', 'locker-004'],
  ]);
});

test('without durations lockers go by name', () => {
  expect(aPlan({ lockers: 5 }).batches[1]?.lockers).toEqual(['locker-002', 'locker-003', 'locker-004', 'locker-005']);
});
