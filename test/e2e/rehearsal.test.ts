/**
 * A release is tried on a throwaway locker before anybody's is touched, and what it asks of the box is looked at before
 * that. Asked of the lockers that were there all the time, on real LXC.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commitFiles } from '../support/commit-files';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { expectSteady, lockersOf, notASandbox, toldBy } from '../support/steady-box';

jest.setTimeout(300_000);

const policy = {
  rehearsal: 'required',
  maxDown: 2,
  batches: ['rest'],
  verify: { stable: '1s', goodProbes: 2, deadline: '10m' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};
let here: Installation;
let before: Awaited<ReturnType<typeof lockersOf>>;
beforeAll(async () => {
  here = await anInstallation({ lockers: 2, policy });
  await notASandbox(here.sandbox);
  before = await lockersOf(here.sandbox);
});
afterAll(() => here?.close());

const folder = () => join(here.sandbox.boxConfig.root, 'rehearsal');
const processes = async () => (await here.sandbox.exec('ps', '-eo', 'args')).stdout;
const until = async (what: string, is: () => boolean | Promise<boolean>, withinMs = 60_000) => {
  for (const end = Date.now() + withinMs; !(await is()); await sleep(50)) if (Date.now() > end) throw new Error(`never: ${what}`);
};

/** Whatever could tell that there ever was one, but for the journal. */
async function expectNoTrace(): Promise<void> {
  expect(existsSync(folder())).toBe(false);
  const containers = readdirSync(here.sandbox.boxConfig.lxcPath).filter((name) => !name.startsWith('.'));
  expect(containers.filter((name) => !here.sandbox.lockers.includes(name))).toEqual([]);
  expect(await processes()).not.toContain(folder());
}

const manifest = (written: unknown, more: Readonly<Record<string, string>> = {}) =>
  commitFiles(here.sandbox.layout.codeRepo, 'stable', { 'lockstep.json': JSON.stringify(written), ...more });
const BUILD = { build: [['node', 'build.js']] };

test('a release that crashes is found out by the rehearsal: no locker is touched, and its last words are told', async () => {
  const ended = await here.rollout('--yes', '--ref', 'broken');
  const told = toldBy(ended);
  expect(told).toMatchObject({ exit: 1, code: 'RehearsalFailed' });
  expect(told.evidence.join('\n')).toContain('unknown storage format 3');
  expect(finishedOf(ended)).toMatchObject({ kind: 'finished', state: 'failed', counts: { planned: 2, skipped: 2 } });
  await expectSteady(here.sandbox, before);
  await expectNoTrace();
});

test.each([
  [
    'a key of the config that is not there',
    { ...BUILD, config: { required: ['greeting', 'jobs.parallel'] } },
    { code: 'ConfigIncomplete', sentence: expect.stringMatching(/the key jobs\.parallel .* 2 lockers .*: l01, l02\./) },
  ],
  [
    'code that lockers do not come from',
    { ...BUILD, requires: { from: 'v2' } },
    { code: 'ReleaseIncompatible', sentence: expect.stringMatching(/contains v2, and v1-\S+ does not: 2 lockers/) },
  ],
  [
    'a check that fails',
    { ...BUILD, check: ['node', '--check', 'no-such-file.js'] },
    { code: 'ReleaseCheckFailed', evidence: expect.arrayContaining([expect.stringContaining('no-such-file.js')]) },
  ],
  [
    'a key that nobody knows',
    { ...BUILD, chek: ['true'] },
    { code: 'ManifestInvalid', evidence: [expect.stringContaining('lockstep.json: chek: is not a known key')] },
  ],
])('a release with %s is refused, and no locker is touched', async (_, written, fault) => {
  await manifest(written);
  const told = toldBy(await here.rollout('--yes'));
  expect(told).toMatchObject({ exit: 1, ...fault });
  await expectSteady(here.sandbox, before);
  await expectNoTrace();
});

test('an abort ends one that comes up for minutes', async () => {
  const locker = readFileSync(join(__dirname, '../../sandbox/locker-service/locker.js'), 'utf8');
  const hangs = `if (require('node:os').hostname() === 'rehearsal') return void setInterval(() => {}, 1000);\n`;
  await manifest(BUILD, { 'locker.js': locker.replace("'use strict';\n", `'use strict';\n${hangs}`) });
  const running = here.startRollout('--yes');
  await until('a locker that hangs', async () => (await processes()).includes(`${folder()}/lxc`));
  expect(await here.lockstep('abort', '--reason', 'it hangs')).toMatchObject({ code: 0 });
  expect(finishedOf(await running.ended)).toMatchObject({ state: 'aborted', counts: { skipped: 2 } });
  await expectSteady(here.sandbox, before);
  await expectNoTrace();
  await manifest(BUILD, { 'locker.js': locker });
});

test('lockerd killed in the middle of a rehearsal rehearses anew when it is back, and leaves nothing', async () => {
  await manifest({ ...BUILD });
  const running = here.startRollout('--yes');
  await until('a rehearsal', async () => existsSync(folder()) && (await processes()).includes(`${folder()}/lxc`));
  const pid = Number(readFileSync(join(here.sandbox.boxConfig.root, 'state/lockerd.pid'), 'utf8'));
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, 'SIGKILL');
  // The next connection starts lockerd, which takes the rehearsal up; the rollout attaches to it by its token.
  const ended = await running.ended;
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 2 } });
  await expectNoTrace();
  const after = await lockersOf(here.sandbox);
  expect(after.map(({ signals }) => signals)).toEqual(before.map(({ signals }) => signals + 1));
});

test('one that passes finds its fixture as /Me, goes on to the lockers, and leaves nothing either', async () => {
  const asks = `if (require('node:os').hostname() === 'rehearsal') require('node:fs').readFileSync('/Me/fixture');\n`;
  const locker = readFileSync(join(__dirname, '../../sandbox/locker-service/locker.js'), 'utf8');
  await manifest(BUILD, { 'locker.js': locker.replace("'use strict';\n", `'use strict';\n${asks}`) });
  expect(toldBy(await here.rollout('--yes'))).toMatchObject({
    code: 'RehearsalFailed',
    evidence: expect.arrayContaining([expect.stringContaining("'/Me/fixture'")]),
  });
  await manifest({ ...BUILD, rehearsal: { me: 'fixtures/me' } }, { 'fixtures/me/fixture': 'x' });
  const ended = await here.rollout('--yes');
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 2 } });
  expect(ended.stdout).toContain('rehearsed on a throwaway locker');
  await expectNoTrace();
});
