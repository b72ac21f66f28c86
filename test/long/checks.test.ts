/** Checks of a service on a real box: fast ones after each locker, answers that are not clear, and `lockstep check` alone. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(300_000);

let here: Installation;
/** Whom hooks tell, and what somebody outside of the box sees of a locker. */
let outside: Server;
const told: { path: string; key: string; facts: Record<string, unknown> }[] = [];
let answers = 200;
const policy = {
  batches: [1, 'rest'],
  maxDown: 2,
  verify: { stable: '1s', deadline: '30s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};
const checks = {
  fast: [{ name: 'self-check', http: { path: '/core/self-check', expect: { json: { ok: true } } }, timeout: '1s' }],
  full: [{ name: 'data', exec: ['/bin/sh', '-c', 'test -s /Me/data'] }],
};

beforeAll(async () => {
  outside = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const [path, key] = [request.url ?? '', String(request.headers['idempotency-key'])];
      if (request.method === 'POST') told.push({ path, key, facts: JSON.parse(body) as Record<string, unknown> });
      response.writeHead(answers).end();
    });
  });
  await new Promise<void>((resolve) => void outside.listen(0, '127.0.0.1', resolve));
  here = await anInstallation({ lockers: 3, policy });
});
afterAll(async () => {
  outside?.close();
  await here?.close();
});

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));

async function changeService(change: Record<string, unknown>): Promise<void> {
  const fleet = parse(await readFile(here.sandbox.fleetFile, 'utf8')) as { services: { locker: Record<string, unknown> } };
  Object.assign(fleet.services.locker, change);
  await writeFile(here.sandbox.fleetFile, stringify(fleet));
}

test('before a stage has left any there, a box says that it has no checks', async () => {
  const none = await here.lockstep('check');
  expect(none).toMatchObject({ code: 0, stdout: expect.stringContaining('the last stage left no fast checks there') as unknown });
  await changeService({ checks });
});

test('a release that passes its checks goes to all, and the plan says which are asked when', async () => {
  const plan = await here.lockstep('plan');
  expect(plan.stdout).toContain('after each locker: self-check; a locker that fails one is restored');
  const ended = await here.rollout();
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  const notes = ended.objects.flatMap((object) => (object['notes'] as string[] | undefined) ?? []);
  expect(notes).toEqual(
    expect.arrayContaining(['full checks after the canary: 1 of 1 passed', 'full checks at the end: 3 of 3 passed']),
  );
});

test('checks alone: a table with exit 0, 1 where one fails, 5 where one gives no clear answer, 2 for a locker that is not there', async () => {
  const fine = await here.lockstep('check', '--full');
  expect(fine.stdout).toContain('3 lockers checked: 3 pass, 0 fail, 0 inconclusive');
  expect(fine.stdout).toMatch(/l01 {2}self-check pass \(.*\), data pass/);
  expect(fine.code).toBe(0);
  await here.sandbox.misbehave('l02', { kind: 'fails-check' });
  await here.sandbox.misbehave('l03', { kind: 'mute-check' });
  const bad = await here.lockstep('check', '--json');
  expect(bad.code).toBe(1);
  const [object] = bad.objects;
  const lockers = object?.['lockers'] as { locker: string; checks: { outcome: string; asked: number }[] }[];
  expect(lockers.map(({ locker, checks: [one] }) => [locker, one?.outcome, one?.asked])).toEqual([
    ['l01', 'pass', 1],
    ['l02', 'fail', 3],
    ['l03', 'inconclusive', 3],
  ]);
  const unclear = await here.lockstep('check', '--locker', 'l03');
  expect(unclear.stdout).toContain('no answer in 1000 ms');
  expect(unclear.code).toBe(5);
  expect((await here.lockstep('check', '--locker', 'l99')).code).toBe(2);
  for (const locker of ['l02', 'l03']) await here.sandbox.misbehave(locker, null);
});

test('a release that fails a fast check on the canary: it is restored, the rollout holds, nobody else is touched', async () => {
  const before = await builds();
  await here.sandbox.commit({ message: 'Forget the self-check', misbehave: 'fails-check' });
  const held = await here.rollout();
  expect(held.code).toBe(3);
  expect(finishedOf(held)).toMatchObject({ state: 'held', counts: { restored: 1, updated: 0 } });
  expect(JSON.stringify(finishedOf(held))).toContain('failed its checks: self-check fails (asked 3 times)');
  expect(await builds()).toEqual(before);
  expect((await here.lockstep('abort')).code).toBe(0);
  await here.lockstep('watch');
});

test('no clear answer holds with the locker up on the release; resume asks again and goes on', async () => {
  const { build } = await here.sandbox.commit({ message: 'Mend the self-check' });
  await here.sandbox.misbehave('l01', { kind: 'mute-check', when: { notBuild: (await builds())[0] } });
  const held = await here.rollout();
  expect(held.code).toBe(3);
  const status = finishedOf(held);
  expect(status).toMatchObject({ state: 'held', counts: { restored: 0, failed: 0, updated: 0 } });
  expect(JSON.stringify(status['holds'])).toContain('l01 is up on the release, and there is no clear answer whether it is well');
  expect(await here.sandbox.revision('l01')).toBe(build);
  await here.sandbox.misbehave('l01', null);
  expect((await here.lockstep('resume')).code).toBe(0);
  expect(finishedOf(await here.lockstep('watch', '--json'))).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
});

const url = (path: string) => `http://127.0.0.1:${(outside.address() as AddressInfo).port}/${path}`;

test('hooks before and after a rollout are told what it is and how it ended; one that fails holds, and resume begins without it', async () => {
  const note = join(here.sandbox.dir, 'note.json');
  await changeService({
    checks: undefined,
    hooks: {
      before: [
        { name: 'silence', http: { url: url('silence') } },
        { name: 'broken', exec: ['/bin/sh', '-c', 'echo no monitor here >&2; exit 3'] },
      ],
      after: [{ name: 'note', exec: ['/bin/sh', '-c', `cat > ${note}`] }],
    },
    policy: {
      ...policy,
      pressure: { cpuSomeAvg10: 100 },
      verify: { ...policy.verify, external: { url: url('{{locker}}'), timeout: '5s' } },
    },
  });
  await here.sandbox.commit({ message: 'Seen from outside' });
  const held = await here.rollout();
  expect(held.code).toBe(3);
  expect(JSON.stringify(finishedOf(held)['holds'])).toContain(
    'The hook broken before the rollout failed: exit 3: no monitor here',
  );
  const rollout = String(finishedOf(held)['rollout']);
  expect(told).toMatchObject([
    { path: '/silence', key: `${rollout}/hook/before/silence`, facts: { box: here.sandbox.box, lockers: 3, outcome: null } },
  ]);
  expect((await here.lockstep('resume')).code).toBe(0);
  const ended = finishedOf(await here.lockstep('watch', '--json'));
  expect(ended).toMatchObject({
    state: 'succeeded',
    hooks: [
      { name: 'silence', outcome: 'done' },
      { name: 'broken', outcome: 'failed' },
      { name: 'note', outcome: 'done' },
    ],
  });
  expect(JSON.parse(await readFile(note, 'utf8'))).toMatchObject({
    token: `${rollout}/hook/after/note`,
    outcome: { state: 'succeeded', counts: { updated: 3 } },
  });
});

test('a locker that answers badly from outside is restored, though its box sees it serve', async () => {
  const before = await builds();
  await changeService({ hooks: undefined });
  await here.sandbox.commit({ message: 'Not to be seen' });
  answers = 502;
  const held = await here.rollout();
  expect(held.code).toBe(3);
  expect(finishedOf(held)).toMatchObject({ state: 'held', counts: { restored: 1, updated: 0 } });
  expect(JSON.stringify(finishedOf(held))).toContain('does not answer from outside of its box');
  expect(await builds()).toEqual(before);
  expect((await here.lockstep('abort')).code).toBe(0);
});
