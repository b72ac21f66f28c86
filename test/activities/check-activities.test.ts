/** What activities make of a locker's checks: as the last part of verify, and of many lockers at once. */
import type { ChecksAnswer } from '../../activities/contract';
import { makeCheckLockers } from '../../activities/check-lockers';
import { makeVerifyLocker } from '../../activities/verify-locker';
import type { CheckResult } from '../../domain/model/check';
import { BoxName, LockerName } from '../../domain/model/ids';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import type { ExternalProbe } from '../../domain/model/policy';
import type { VerbParams, VerbResult } from '../../domain/protocol/verbs';
import { anActivityEnvironment } from '../support/activity-environment';
import { aFleet, anInventory } from '../support/builders';
import { aFakeBox } from '../support/fake-box';
import { aFakeHttp, NOTHING, says } from '../support/fake-http';

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
const fleet = { read: async () => aFleet({ names: ['lxc12'], service: { values: { domain: 'example.org' } } }) };
const verifying = (checks: CheckResult[], except: readonly string[] = [], proven: VerbResult<'verify'> = healthy) => {
  const fake = aFakeBox({ verify: () => proven, check: answering(...checks) });
  const outcome = anActivityEnvironment().run(() =>
    makeVerifyLocker({ box: fake, fleet, http: aFakeHttp() })({ ...step, verify, checks: { except, longestMs: 1_000 } }),
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

describe('the probe from outside', () => {
  const url = 'https://{{locker}}.{{domain}}/health';
  const seeing = async (http: ReturnType<typeof aFakeHttp>, external: Partial<ExternalProbe> = {}) => {
    const fake = aFakeBox({ verify: () => healthy });
    const whole = { ...verify, external: { url, goodProbes: 1, timeoutMs: 50, control: null, ...external } };
    return anActivityEnvironment().run(() => makeVerifyLocker({ box: fake, fleet, http })({ ...step, verify: whole }));
  };

  test('fills the url with the locker and its values, and is content with good answers', async () => {
    const http = aFakeHttp(() => says(204));
    expect(await seeing(http)).toEqual(healthy);
    expect(http.asked.map((request) => request.url)).toEqual(['https://l01.example.org/health']);
  });

  test('asks until there are as many in a row as the policy wants', async () => {
    const http = aFakeHttp((_, before) => says(before === 1 ? 502 : 200));
    expect(await seeing(http, { goodProbes: 2, timeoutMs: 20_000 })).toEqual(healthy);
    expect(http.asked).toHaveLength(4);
  });

  test.each([
    ['a bad answer is the locker’s', () => says(502, 'bad gateway'), null, { kind: 'unhealthy', reason: 'not-seen' }],
    ['a redirect is no good answer', () => says(302), null, { kind: 'unhealthy', reason: 'not-seen' }],
    ['silence alone is not clear', () => NOTHING, null, { kind: 'inconclusive' }],
  ] as const)('%s', async (_, answer, control, expected) => {
    expect(await seeing(aFakeHttp(answer), { control })).toMatchObject(expected);
  });

  test.each([
    [true, { kind: 'unhealthy', reason: 'not-seen' }],
    [false, { kind: 'inconclusive' }],
  ])('silence while the control answers (%s) is the locker’s, else it is not clear', async (open, expected) => {
    const http = aFakeHttp((request) => (open && request.url === 'https://control.example.org/' ? says(404) : NOTHING));
    expect(await seeing(http, { control: 'https://control.example.org/' })).toMatchObject(expected);
  });

  test('a value that is gone from the fleet file is not the locker’s fault', async () => {
    expect(await seeing(aFakeHttp(), { url: 'https://{{owner}}/' })).toMatchObject({
      kind: 'inconclusive',
      evidence: [expect.stringContaining('needs owner')],
    });
  });
});
