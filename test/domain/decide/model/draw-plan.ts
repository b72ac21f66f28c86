/** Plans of the real planner, over every rule that the decider knows. */
import * as fc from 'fast-check';
import type { Plan } from '../../../../domain/model/plan';
import { aManifest, aPlan, aRelease, lockerName, someChecks } from '../../../support/builders';
import type { AMigration, SeenOverrides } from '../../../support/builders';

/** When every walk begins. */
export const START = 1_000_000_000;
/** Who started the rollout. */
export const STARTER = 'bob@lxc-admin';

const KINDS: readonly SeenOverrides[] = [
  {},
  {},
  {},
  {},
  { healthy: false, reportedBuild: null },
  { state: 'stopped', wanted: 'down', healthy: false },
  { on: aRelease() },
  { on: null, current: null },
];

const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

const policy = fc.record({
  batches: fc.constantFrom([1, 5, 'rest'] as const, [2, '50%', 'rest'] as const, ['rest'] as const, [1, 1, 1, 'rest'] as const),
  maxDown: fc.integer({ min: 1, max: 6 }),
  maxUnproven: sometimes(fc.integer({ min: 1, max: 9 })),
  drain: fc.record({ onTimeout: fc.constantFrom('skip', 'proceed', 'hold') }),
  stop: fc.record({ onTimeout: fc.constantFrom('kill', 'hold') }),
  gates: fc.constantFrom('none', 'canary', 'every'),
  gateTimeout: fc.constant('1h'),
  onGateTimeout: fc.constantFrom('hold', 'hold', 'abort'),
  approvers: sometimes(fc.constant(['ann'])),
  fourEyes: fc.boolean(),
  soak: fc.record({ canary: fc.constantFrom('0s', '30s'), batch: fc.constantFrom('0s', '5s') }),
  maxFailures: fc.record({ canary: fc.nat(2), total: fc.nat(4), batch: fc.option(fc.nat(2)) }),
  maxUnreachable: fc.nat(2),
  progressDeadline: sometimes(fc.constantFrom('30s', '10m')),
  onFailure: fc.constantFrom('hold', 'hold', 'continue', 'roll-back'),
  rollbackMaxDown: fc.constantFrom(1, 1, 2, 8),
});

const MINUTE = 60_000;
/** The last one never ends: a rollout without a window to come waits for ever, and rightly. */
const windows = fc.constantFrom(
  undefined,
  undefined,
  [
    [-1, 2],
    [10, 11],
    [40, 100_000_000],
  ],
  [[5, 100_000_000]],
);

const EACH: AMigration = { id: 'each', scope: 'locker', when: 'per-locker', undo: ['undo'] };
const FOR_GOOD: AMigration = { ...EACH, reversible: false, undo: undefined };

const written = <T extends object>(rules: T): T =>
  Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as T;

export const plans: fc.Arbitrary<Plan> = fc
  .record({
    kinds: fc.array(fc.nat(KINDS.length - 1), { minLength: 1, maxLength: 16, size: 'max' }),
    policy,
    windows,
    drains: fc.boolean(),
    checks: fc.boolean(),
    heldOut: fc.boolean(),
    migrates: fc.constantFrom(null, null, 'back and forth', 'for good'),
  })
  .map(({ kinds, policy: rules, windows: open, drains, checks, heldOut, migrates }) => {
    const { drain, ...others } = written(rules);
    const plan = aPlan({
      lockers: kinds.length,
      each: (each) => KINDS[kinds[each - 1] ?? 0] ?? {},
      policy: { ...others, batches: [...others.batches], ...(drains && { drain }) } as never,
      service: { ...(!drains && { drain: null }), ...(checks && { checks: someChecks() }) },
      ...(migrates !== null && { manifest: aManifest(migrates === 'for good' ? FOR_GOOD : EACH) }),
      ...(heldOut && kinds.length > 2 && { heldOut: { [lockerName(2)]: 'on holiday' } }),
    });
    if (open === undefined) return plan;
    return {
      ...plan,
      windows: open.map(([from = 0, to = 0]) => ({ opens: START + from * MINUTE, closes: START + to * MINUTE })),
    };
  });
