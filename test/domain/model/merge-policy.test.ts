import { PRODUCT_DEFAULTS, mergePolicy } from '../../../domain/model/merge-policy';
import { policyOf } from '../../../domain/model/policy-of';
import { aFleet } from '../../support/builders';

test('without layers the product defaults hold', () => {
  expect(mergePolicy([])).toEqual(PRODUCT_DEFAULTS);
  expect(mergePolicy([{}, {}])).toEqual(PRODUCT_DEFAULTS);
});

test('the defaults are those of the design', () => {
  expect(PRODUCT_DEFAULTS).toMatchObject({
    batches: [1, 5, 'rest'],
    maxDown: '10%',
    maxUnproven: null,
    maxStarting: 5,
    pressure: { cpuSomeAvg10: 60, memoryAvailable: 5, holdAfterMs: 600_000 },
    drain: { timeoutMs: 60_000, onTimeout: 'skip' },
    stop: { timeoutMs: 60_000, onTimeout: 'kill' },
    verify: { goodProbes: 3, stableMs: 10_000, deadlineMs: 300_000 },
    soak: { canaryMs: 30_000, batchMs: 0 },
    gates: 'canary',
    gateTimeoutMs: 86_400_000,
    maxFailures: { canary: 0, total: '3%' },
    onFailure: 'hold',
    keepReleases: 5,
    rewind: false,
  });
});

test('a later layer wins key by key, inside groups too', () => {
  const merged = mergePolicy([
    { maxDown: 3, soak: { canary: 1_000, batch: 2_000 }, maxFailures: { canary: 2 } },
    { soak: { batch: 0 }, maxFailures: { total: 0 }, gates: 'none' },
    { maxDown: '20%' },
  ]);
  expect(merged).toEqual({
    ...PRODUCT_DEFAULTS,
    maxDown: '20%',
    soak: { canaryMs: 1_000, batchMs: 0 },
    maxFailures: { canary: 2, batch: null, total: 0 },
    gates: 'none',
  });
});

test.each([
  [{ batches: [2] }, { batches: [2] }],
  [{ maxUnproven: 2 }, { maxUnproven: 2 }],
  [{ rollbackMaxDown: 4 }, { rollbackMaxDown: 4 }],
  [{ maxUnreachable: 2 }, { maxUnreachable: 2 }],
  [{ progressDeadline: 5 }, { progressDeadlineMs: 5 }],
  [{ maxFailures: { batch: 1 } }, { maxFailures: { ...PRODUCT_DEFAULTS.maxFailures, batch: 1 } }],
  [{ maxStarting: 9 }, { maxStarting: 9 }],
  [
    { pressure: { loadPerCore: 1, holdAfter: 5 } },
    { pressure: { ...PRODUCT_DEFAULTS.pressure, loadPerCore: 1, holdAfterMs: 5 } },
  ],
  [{ pressure: { memoryAvailable: 0 } }, { pressure: { ...PRODUCT_DEFAULTS.pressure, memoryAvailable: 0 } }],
  [{ stop: { onTimeout: 'hold' as const } }, { stop: { timeoutMs: 60_000, onTimeout: 'hold' } }],
  [{ verify: { stable: 0 } }, { verify: { goodProbes: 3, stableMs: 0, deadlineMs: 300_000, external: null } }],
  [
    { verify: { external: { url: 'http://x/{{locker}}' } } },
    {
      verify: {
        ...PRODUCT_DEFAULTS.verify,
        external: { url: 'http://x/{{locker}}', goodProbes: 1, timeoutMs: 30_000, control: null },
      },
    },
  ],
  [{ gateTimeout: 7 }, { gateTimeoutMs: 7 }],
  [{ onFailure: 'continue' as const }, { onFailure: 'continue' }],
  [{ keepReleases: 1 }, { keepReleases: 1 }],
  [{ rewind: true }, { rewind: true }],
])('%j is honoured and leaves all else alone', (layer, expected) => {
  expect(mergePolicy([layer])).toEqual({ ...PRODUCT_DEFAULTS, ...expected });
});

test('a drain policy is explicit when anybody wrote a key of it', () => {
  expect(mergePolicy([{ drain: {} }]).drainIsExplicit).toBe(false);
  expect(mergePolicy([{ drain: { timeout: undefined } }]).drainIsExplicit).toBe(false);
  expect(mergePolicy([{ drain: { timeout: 5 } }, {}])).toMatchObject({
    drainIsExplicit: true,
    drain: { timeoutMs: 5, onTimeout: 'skip' },
  });
});

test('a box overrules its service, which overrules the fleet; the flags overrule all', () => {
  const fleet = aFleet({
    policy: { maxDown: 1, maxStarting: 1, keepReleases: 1, maxUnproven: 1 },
    service: { policy: { maxDown: 2, maxStarting: 2, keepReleases: 2 } },
    box: { policy: { maxDown: 3, maxStarting: 3 } },
  });
  expect(policyOf(fleet, 'lxc1', { maxDown: 4 })).toMatchObject({ maxDown: 4, maxStarting: 3, keepReleases: 2, maxUnproven: 1 });
});
