import { makePlan } from '../../../domain/plan/make-plan';
import { aPlan, aRelease, aRevision, aSeenLocker, anOwed, fakeHash, lockerName, planFacts } from '../../support/builders';
import type { PlanOptions, SeenOverrides } from '../../support/builders';

const target = aRelease();
/** The plan of a box whose first locker is special. */
const withFirst = (first: SeenOverrides, more: PlanOptions = {}) => aPlan({ lockers: 3, each: { 'locker-001': first }, ...more });
const firstOf = (first: SeenOverrides) => withFirst(first).lockers[0];
const refusalsOf = (options: PlanOptions) => {
  const result = makePlan(planFacts(options), fakeHash);
  return result.kind === 'refused' ? result.refusals : [];
};
const seconds = (options: PlanOptions) => aPlan(options).expected.seconds;

test('a plan says where each locker comes from and what it gets', () => {
  const plan = aPlan({ lockers: 2 });
  const old = aRelease('old');
  expect(plan.lockers[0]).toEqual({
    name: 'locker-001',
    from: { id: old.id, label: old.label, version: 1, configDigest: aRevision(old).config.digest },
    configDigest: aRevision(target).config.digest,
    action: 'update',
    baseline: 'serving',
  });
  expect(plan).toMatchObject({ format: 1, box: 'lxc12', service: 'locker', hasDrain: true, notServing: 0, owed: [] });
  expect(plan.madeFrom).toBe('2026-11-20T10:00:00.000Z');
  expect(plan.digest).toMatch(/^[0-9a-f]{64}$/);
});

describe.each<[string, SeenOverrides, { action: string; baseline: string }]>([
  ['on another release', { on: aRelease('old') }, { action: 'update', baseline: 'serving' }],
  ['never deployed', { on: null }, { action: 'update', baseline: 'serving' }],
  ['that does not answer', { healthy: false }, { action: 'update', baseline: 'failing' }],
  ['crashed', { state: 'stopped' }, { action: 'update', baseline: 'failing' }],
  ['just changing its state', { state: 'other' }, { action: 'update', baseline: 'failing' }],
  ['already there', { on: target }, { action: 'none', baseline: 'serving' }],
  ['already there and sick', { on: target, healthy: false }, { action: 'none', baseline: 'failing' }],
  ['linked to it but running something unknown', { on: target, running: null }, { action: 'update', baseline: 'serving' }],
  [
    'linked to it but running another version',
    { on: target, running: { codeId: target.code.id, version: 7 } },
    { action: 'update', baseline: 'serving' },
  ],
  [
    'linked to it but running other code',
    { on: target, running: { codeId: aRelease('old').code.id, version: 1 } },
    { action: 'update', baseline: 'serving' },
  ],
  ['linked to it and crashed', { on: target, state: 'stopped' }, { action: 'update', baseline: 'failing' }],
  ['on it with another config', { on: { ...target, config: aRelease('old').config } }, { action: 'update', baseline: 'serving' }],
  ['stopped on purpose', { state: 'stopped', wanted: 'down' }, { action: 'link', baseline: 'stopped' }],
  ['stopped on purpose on it', { state: 'stopped', wanted: 'down', on: target }, { action: 'none', baseline: 'stopped' }],
  ['wanted down but running', { wanted: 'down' }, { action: 'update', baseline: 'serving' }],
  ['wanted down but owed', { state: 'stopped', wanted: 'down', owed: anOwed() }, { action: 'update', baseline: 'serving' }],
  ['owed by an earlier rollout', { state: 'stopped', owed: anOwed() }, { action: 'update', baseline: 'serving' }],
  [
    'parked by a script',
    { state: 'stopped', wanted: 'down', parked: { by: 'local:ann', token: anOwed().token, since: '2026-11-20T09:00:00.000Z' } },
    { action: 'update', baseline: 'failing' },
  ],
])('a locker %s', (_, seen, { action, baseline }) => {
  test(`is planned as ${action}, baseline ${baseline}`, () => {
    expect(firstOf(seen)).toMatchObject({ action, baseline });
    expect(
      withFirst(seen)
        .batches.flatMap(({ lockers }) => lockers)
        .includes(lockerName(1)),
    ).toBe(action !== 'none');
  });
});

test('owed lockers are listed, and are no reason to go slower; failing ones are', () => {
  const plan = withFirst({ state: 'stopped', owed: anOwed() }, { lockers: 12 });
  expect(plan).toMatchObject({ owed: ['locker-001'], notServing: 0 });
  expect(withFirst({ healthy: false }, { lockers: 12 })).toMatchObject({ owed: [], notServing: 1 });
  expect(withFirst({ state: 'stopped', wanted: 'down' }).notServing).toBe(0);
});

test('planning a fleet that is already there is an empty plan, also for the same release again', () => {
  const plan = aPlan({ lockers: 12, on: target });
  expect(plan.batches).toEqual([]);
  expect(plan.lockers.every(({ action }) => action === 'none')).toBe(true);
  expect(plan.expected.seconds).toBe(0);
});

test('percentages of maxDown and maxFailures count from all lockers of the box, also those already there', () => {
  const plan = aPlan({ lockers: 300, each: (n) => (n > 40 ? { on: target } : {}) });
  expect(plan.limits).toEqual({
    maxDown: 30,
    maxUnproven: 90,
    maxStarting: 5,
    canaryFailures: 0,
    totalFailures: 9,
    batchFailures: null,
    unreachable: 0,
    rollbackMaxDown: 75,
  });
  expect(plan.batches.map(({ lockers }) => lockers.length)).toEqual([1, 5, 34]);
});

describe('no plan is made', () => {
  const missing = { code: 'halt-signal-missing' as const, detail: 'no lxc.signal.halt in /var/lib/lxc/locker-001/config' };
  const empty = { code: 'me-not-mounted' as const, detail: '/Me is on the root filesystem' };

  test('for a box without lockers', () => {
    expect(refusalsOf({ lockers: 0 })).toEqual([
      expect.objectContaining({ code: 'NothingToPlan', locker: null, sentence: 'Box lxc12 has no lockers.' }),
    ]);
  });

  test('for a drain policy on a service without drain', () => {
    const [refusal] = refusalsOf({ policy: { drain: { timeout: '5s' } }, service: { drain: null } });
    expect(refusal).toMatchObject({ code: 'PolicyInvalid', cure: expect.stringContaining('Remove drain from the policy') });
    expect(refusalsOf({ service: { drain: null } })).toEqual([]);
    expect(refusalsOf({ policy: { drain: { timeout: '5s' } } })).toEqual([]);
  });

  test('while the fleet file freezes changes, until the end of its last day, unless it is lifted', () => {
    const freeze = { reason: 'Christmas', until: '2026-11-20' };
    expect(refusalsOf({ policy: { freeze } })).toMatchObject([
      { code: 'ChangesFrozen', sentence: 'The fleet file freezes changes on box lxc12 until 2026-11-20: Christmas.' },
    ]);
    expect(refusalsOf({ policy: { freeze: { reason: 'for ever' } } })).toHaveLength(1);
    expect(refusalsOf({ policy: { freeze: { ...freeze, until: '2026-11-19' } } })).toEqual([]);
    expect(refusalsOf({ policy: { freeze: null } })).toEqual([]);
  });

  test('for a name that is to be left out and is not there; a sick one that is left out refuses nothing', () => {
    expect(refusalsOf({ heldOut: { 'locker-0001': 'x' } })).toMatchObject([
      { code: 'UnknownLocker', sentence: expect.stringContaining('did you mean') },
    ]);
    expect(refusalsOf({ heldOut: { 'locker-001': 'x' }, each: { 'locker-001': { problems: [missing] } } })).toEqual([]);
  });

  test('for a full disk, unless there is nothing to stage', () => {
    const disk = { freeBytes: 10 * 1024 * 1024, freePercent: 0.1 };
    expect(refusalsOf({ disk })).toEqual([
      expect.objectContaining({
        code: 'DiskFull',
        sentence: 'The disk of box lxc12 has 10 MiB (0.1 %) free; staging needs 256 MiB to stay free.',
      }),
    ]);
    expect(refusalsOf({ disk, on: target })).toEqual([]);
  });

  test('for lockers with problems: all of them at once, each with its evidence and cure', () => {
    const refusals = refusalsOf({ each: { 'locker-001': { problems: [missing, empty] }, 'locker-003': { problems: [empty] } } });
    expect(refusals.map(({ code, locker }) => [code, locker])).toEqual([
      ['HaltSignalMissing', 'locker-001'],
      ['MeNotMounted', 'locker-001'],
      ['MeNotMounted', 'locker-003'],
    ]);
    expect(refusals[0]?.sentence).toBe(
      'Locker locker-001 on box lxc12: halt signal missing: no lxc.signal.halt in /var/lib/lxc/locker-001/config.',
    );
    expect(refusals[0]?.cure).toContain('lxc.signal.halt = SIGTERM');
  });

  test.each(['mount-missing', 'config-unreadable', 'autostart-on', 'frozen'] as const)('for a locker with %s', (code) => {
    expect(refusalsOf({ each: { 'locker-002': { problems: [{ code, detail: 'x' }] } } })).toMatchObject([
      { code: 'LockerUnfit' },
    ]);
  });

  test('for one that is frozen, has no container, or whose config can not be rendered', () => {
    const each = {
      'locker-001': { state: 'frozen' },
      'locker-002': { state: 'missing' },
      'locker-003': { targetConfigDigest: null },
    } as const;
    expect(refusalsOf({ each }).map(({ code, locker }) => [code, locker])).toEqual([
      ['LockerUnfit', 'locker-001'],
      ['LockerUnfit', 'locker-002'],
      ['LockerUnfit', 'locker-003'],
    ]);
  });

  test('but a locker that is not to be touched may have problems, unless it is owed', () => {
    expect(refusalsOf({ each: { 'locker-001': { on: target, problems: [missing] } } })).toEqual([]);
    expect(refusalsOf({ each: { 'locker-001': { on: target, owed: anOwed(), problems: [missing] } } })).toHaveLength(1);
  });

  test('but one that stays stopped may lack its /Me: nothing starts it', () => {
    const stopped: SeenOverrides = { state: 'stopped', wanted: 'down', problems: [empty] };
    expect(refusalsOf({ each: { 'locker-001': stopped } })).toEqual([]);
    expect(refusalsOf({ each: { 'locker-001': { ...stopped, wanted: 'up' } } })).toHaveLength(1);
  });

  test('and a lease of somebody else is no reason of the planner', () => {
    const lease = { holder: 'local:ann', generation: 3, by: 'ann', since: '2026-11-20T09:00:00.000Z' };
    expect(refusalsOf({ lease })).toEqual([]);
  });
});

test('the planner leaves what it was given as it was', () => {
  const facts = planFacts({ lockers: 5 });
  const before = structuredClone(facts);
  makePlan(facts, fakeHash);
  expect(facts).toEqual(before);
  expect(aSeenLocker('locker-001').name).toBe('locker-001');
});

test('the expected time grows with what is to be done and shrinks with what may be down', () => {
  const quick = { soak: { canary: '0s' }, verify: { stable: '1s' }, maxDown: 3 };
  expect(seconds({ lockers: 24 })).toBeGreaterThan(seconds({ lockers: 12 }));
  expect(seconds({ lockers: 24, policy: { maxDown: 6 } })).toBeLessThan(seconds({ lockers: 24, policy: { maxDown: 1 } }));
  expect(seconds({ lockers: 12, policy: quick })).toBeLessThan(seconds({ lockers: 12 }));
  expect(seconds({ lockers: 12, policy: quick, durations: { 'locker-005': 600_000 } })).toBeGreaterThan(600);
  expect(seconds({ lockers: 3, each: () => ({ state: 'stopped', wanted: 'down' }) })).toBe(30);
  expect(seconds({ rehearsal: { kind: 'possible' } })).toBeGreaterThan(seconds({ policy: { rehearsal: 'off' } }));
  expect(aPlan({ service: { drain: null } }).expected.downSecondsPerLocker).toBeGreaterThan(
    aPlan().expected.downSecondsPerLocker,
  );
});
