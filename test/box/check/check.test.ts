/** The check verb against lockers that answer well, badly, now and then, or not at all. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { check } from '../../../box/check/check';
import { writeLastStage } from '../../../box/release/last-stage';
import type { Check, Checks, CheckSet } from '../../../domain/model/check';
import type { LockerName } from '../../../domain/model/ids';
import { StageTarget } from '../../../domain/protocol/verbs';
import { aRelease, aServiceConfig } from '../../support/builders';
import { aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';

jest.setTimeout(30_000);
const [ada, bob] = ['ada', 'bob'] as [LockerName, LockerName];
let box: FakeBox;
let server: Server;
/** Answers of the lockers in order, the last one again and again. */
let script: ((request: IncomingMessage, response: ServerResponse) => void)[];

beforeEach(async () => {
  box = aBox(['ada', 'bob']);
  script = [];
  server = createServer((request, response) => {
    const [next = (_: IncomingMessage, end: ServerResponse) => void end.end('{}')] = script;
    if (script.length > 1) script.shift();
    next(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  box.remove();
});

const http = (more: Partial<Check> = {}): Check => ({
  name: 'self-check',
  ask: { kind: 'http', path: '/self-check', expect: { json: { ok: true } } },
  timeoutMs: 150,
  onTimeout: 'inconclusive',
  ...more,
});
const exec = (...argv: string[]): Check => ({ ...http(), name: 'deep', ask: { kind: 'exec', argv } });

async function stored(checks: Checks | undefined): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const service = { ...aServiceConfig({ port }), ...(checks && { checks }) };
  const target = StageTarget.parse({ release: aRelease(), service, values: {}, lockerValues: {} });
  await writeLastStage(box, { target, at: '2026-11-20T00:00:00.000Z' });
}
async function outcomeOf(one: Check, set: CheckSet = 'fast') {
  await stored({ fast: [one], full: [] });
  const { lockers } = await check(box, { lockers: [ada], set });
  return lockers[0]?.checks[0];
}
const say = (status: number, body: unknown) => (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(status).end(JSON.stringify(body));
const never = () => {};
const cut = (request: IncomingMessage) => void request.socket.destroy();

test.each([
  ['a good answer passes at once', [say(200, { ok: true })], 'pass', 1],
  ['bad answers fail when they are bad three times', [say(200, { ok: false })], 'fail', 3],
  ['a bad and then a good answer contradict each other', [say(503, {}), say(200, { ok: true })], 'inconclusive', 2],
  ['no answer at all is none', [never], 'inconclusive', 3],
  ['a cut connection is none', [cut], 'inconclusive', 3],
  ['one that stumbles and then answers passes', [cut, say(200, { ok: true })], 'pass', 3],
  ['one that stumbles and then answers badly fails', [cut, say(500, {})], 'fail', 3],
])('%s', async (_, answers, outcome, asked) => {
  script = answers;
  expect(await outcomeOf(http())).toMatchObject({ name: 'self-check', outcome, asked });
});

test('an answer that comes too late is a failure where the check says so', async () => {
  script = [never];
  expect(await outcomeOf(http({ onTimeout: 'fail' }))).toMatchObject({
    outcome: 'fail',
    detail: expect.stringContaining('no answer in 150 ms'),
  });
});

test.each([
  [0, 'pass'],
  [1, 'fail'],
  [2, 'fail'],
  [75, 'inconclusive'],
  [126, 'inconclusive'],
  [127, 'inconclusive'],
  // Ended by SIGKILL, by a bad access, by SIGTERM: before it had said anything.
  [137, 'inconclusive'],
  [139, 'inconclusive'],
  [143, 'inconclusive'],
  [200, 'fail'],
  [255, 'inconclusive'],
  [null, 'inconclusive'],
] as const)('a command in the locker that ends with %s: %s', async (code, outcome) => {
  const asked: string[][] = [];
  box.lxc.attach = async (locker, argv) => {
    asked.push([locker, ...argv]);
    return { argv, code, stdout: 'said', stderr: '', timedOut: false, tookMs: 1, startError: null };
  };
  const result = await outcomeOf(exec('/code/check', '--deep; reboot'));
  expect(result?.outcome).toBe(outcome);
  expect(asked[0]).toEqual(['ada', '/code/check', '--deep; reboot']);
  if (outcome !== 'pass') expect(result?.detail).toContain('said');
});

test('the full set has the fast ones in it', async () => {
  script = [say(200, { ok: true })];
  await stored({ fast: [http()], full: [exec('true')] });
  const { lockers } = await check(box, { lockers: [ada, bob], set: 'full' });
  expect(lockers.map(({ locker, checks }) => [locker, ...checks.map(({ name, outcome }) => `${name} ${outcome}`)])).toEqual([
    ['ada', 'self-check pass', 'deep pass'],
    ['bob', 'self-check pass', 'deep pass'],
  ]);
});

test('a locker that does not run is asked nothing, and that is no answer', async () => {
  await stored({ fast: [http()], full: [] });
  Object.assign(box.lxc.locker('bob'), { state: 'stopped', init: null });
  const { lockers } = await check(box, { lockers: [ada, bob], set: 'fast' });
  expect(lockers[1]?.checks).toEqual([
    { name: 'self-check', outcome: 'inconclusive', detail: 'the locker is stopped', asked: 0, tookMs: 0 },
  ]);
});

test('a locker that the box does not have is told by that name', async () => {
  await stored({ fast: [http()], full: [] });
  await expect(check(box, { lockers: ['eve' as LockerName], set: 'fast' })).rejects.toMatchObject({ code: 'UnknownLocker' });
});

test.each([
  ['nothing was ever staged', false, undefined],
  ['the last stage left none', true, undefined],
  ['it left none of that set', true, { fast: [], full: [exec('true')] }],
])('%s: it says that there are none', async (_, staged, checks) => {
  if (staged) await stored(checks);
  expect(await check(box, { lockers: [ada], set: 'fast' })).toEqual({ configured: false, lockers: [] });
});
