/** What activities make of a locker's checks: as the last part of verify, and of many lockers at once. */
import type { ChecksAnswer } from '../../activities/contract';
import { makeCheckLockers } from '../../activities/check-lockers';
import { makeVerifyLocker } from '../../activities/verify-locker';
import type { CheckResult } from '../../domain/model/check';
import { BoxName, LockerName } from '../../domain/model/ids';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import type { VerbParams, VerbResult } from '../../domain/protocol/verbs';
import { anActivityEnvironment } from '../support/activity-environment';
import { aFleet, anInventory } from '../support/builders';
import { aFakeBox } from '../support/fake-box';

const box = BoxName.parse('lxc12');
const locker = LockerName.parse('l01');
const step = { box, rollout: '7d0e1d2c-6c1f-4a53-9a3e-0d3a7a1f0001', generation: 3, locker, cycle: 1 };
const { verify } = PRODUCT_DEFAULTS;
const healthy: VerbResult<'verify'> = { kind: 'healthy', build: '1-gabc', tookMs: 5 };
const result = (outcome: CheckResult['outcome'], name = 'self-check'): CheckResult => ({
  name,
  outcome,
  detail: 'status 503',
  asked: 3,
  tookMs: 9,
});
const answering =
  (...checks: CheckResult[]) =>
  ({ lockers }: VerbParams<'check'>): VerbResult<'check'> => ({
    configured: checks.length > 0,
    lockers: checks.length > 0 ? lockers.map((name) => ({ locker: name as LockerName, checks })) : [],
  });
const verifying = (checks: CheckResult[], except: readonly string[] = [], proven: VerbResult<'verify'> = healthy) => {
  const fake = aFakeBox({ verify: () => proven, check: answering(...checks) });
  const outcome = anActivityEnvironment().run(() =>
    makeVerifyLocker({ box: fake })({ ...step, verify, checks: { except, longestMs: 1_000 } }),
  );
  return { fake, outcome: outcome as Promise<VerbResult<'verify'>> };
};

test('checks are asked after the box has proven the locker, by the fast set and without a token', async () => {
  const { fake, outcome } = verifying([result('pass')]);
  expect(await outcome).toEqual(healthy);
  expect(fake.calls.map(({ verb }) => verb)).toEqual(['verify', 'check']);
  expect(fake.calls[1]).toMatchObject({ params: { lockers: [locker], set: 'fast' } });
  expect(fake.calls[1]?.options.change).toBeUndefined();
});

test.each([
  ['fails', [result('pass', 'other'), result('fail')], [], { kind: 'unhealthy', reason: 'check-failed' }],
  ['gives no clear answer', [result('inconclusive')], [], { kind: 'inconclusive' }],
  ['failed before as well', [result('fail')], ['self-check'], { kind: 'healthy' }],
  ['is not on the box', [], [], { kind: 'inconclusive' }],
] as const)('a check that %s', async (_, checks, except, expected) => {
  expect(await verifying([...checks], except).outcome).toMatchObject(expected);
});

test('a locker that is not proven is asked nothing more', async () => {
  const { fake, outcome } = verifying([], [], { kind: 'unhealthy', reason: 'crashed', evidence: ['exit 1'] });
  expect(await outcome).toMatchObject({ reason: 'crashed' });
  expect(fake.calls.map(({ verb }) => verb)).toEqual(['verify']);
});

const fleet = { read: async () => aFleet({ names: ['lxc12'] }) };

test('many lockers are asked a dozen at a time, all that run where nobody is named', async () => {
  const fake = aFakeBox({
    inspect: () => anInventory({ lockers: 30, each: { 'locker-003': { state: 'stopped' } } }),
    check: answering(result('pass')),
  });
  const checkLockers = makeCheckLockers({ box: fake, fleet });
  const answer: ChecksAnswer = await anActivityEnvironment().run(() => checkLockers({ box, lockers: null, set: 'full' }));
  expect(answer.lockers).toHaveLength(29);
  expect(answer.lockers.map((one) => one.locker)).not.toContain('locker-003');
  const sizes = fake.calls.flatMap(({ verb, params }) =>
    verb === 'check' ? (params as VerbParams<'check'>).lockers.length : [],
  );
  expect(sizes).toEqual([12, 12, 5]);
});

test('a box without checks says so, also where nobody runs', async () => {
  const fake = aFakeBox({ inspect: () => anInventory({ lockers: 1, each: () => ({ state: 'stopped' }) }), check: answering() });
  const checkLockers = makeCheckLockers({ box: fake, fleet });
  expect(await anActivityEnvironment().run(() => checkLockers({ box, lockers: null, set: 'fast' }))).toEqual({
    configured: false,
    lockers: [],
  });
});
