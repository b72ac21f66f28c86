/**
 * A box made by hand in the old way is adopted, rolled and undone. What counts is what the lockers
 * answer, their own data, their processes and the bytes of their configs; never our own state.
 */
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitRevision } from '../../sandbox/commit-revision';
import { start, runCli } from '../support/cli';
import type { Ended } from '../support/cli';
import { finishedOf } from '../support/installation';
import { typeFromPage } from '../docs/type-from-page';
import { anOldWayBox } from '../support/old-way-box';
import type { OldWayBox } from '../support/old-way-box';

jest.setTimeout(400_000);

const policy = {
  maxDown: 2,
  batches: [1, 'rest'],
  pressure: { cpuSomeAvg10: 100 },
  stop: { timeout: '20s' },
  verify: { stable: '1s', goodProbes: 2, deadline: '60s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};

let box: OldWayBox;
let home: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  env = { LOCKSTEP_HOME: home, LOCKSTEP_BIN: join(__dirname, '../../.lockstep/bin') };
  box = await anOldWayBox({ lockers: 4, policy });
});
afterAll(async () => {
  await runCli('down', ['--keep-sandbox'], env);
  await box?.down();
  await rm(home, { recursive: true, force: true });
});

const common = () => ['--box', box.name, '--fleet', box.fleetFile];
const admin = () => ['--identity', box.layout.adminKey];
const adopt = (...args: string[]): Promise<Ended> => runCli('lockstep', ['adopt-box', ...common(), ...admin(), ...args], env);
const where = (...more: string[]) => ({ flags: ['--fleet', box.fleetFile, ...admin(), '--rest', 'drop', ...more], env });
const rollout = (...args: string[]): Promise<Ended> => runCli('start-rollout', [...common(), '--json', '--yes', ...args], env);
const all = <T>(ask: (locker: string) => Promise<T>): Promise<T[]> => Promise.all(box.lockers.map(ask));
const lives = () => all((locker) => box.life(locker));
const configs = () => all((locker) => box.config(locker));
const builds = () => all((locker) => box.build(locker));
const rights = () => all(async (locker) => pick(await stat(box.places.lxcConfig(locker))));
const pick = ({ mode, uid, gid, mtimeMs }: { mode: number; uid: number; gid: number; mtimeMs: number }) => ({
  mode,
  uid,
  gid,
  mtimeMs,
});
const dataIsWhole = () =>
  all(async (locker) => {
    const { broken, lost } = await box.data(locker);
    return broken === null && lost === 0;
  });
const status = async () => (await box.exec('lockerctl', 'status')).stdout;

/** `lockerctl adopt` of this very box. */
async function adopting(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => lines[index]?.endsWith(`\0${box.places.boxConfig}\0adopt\0`)).map(Number);
}

let before: { configs: string[]; rights: unknown[]; lives: string[] };
let old: string;

test('a rollout refuses a box that is not adopted, and touches nothing', async () => {
  before = { configs: await configs(), rights: await rights(), lives: await lives() };
  const ended = await rollout();
  expect([ended.code, ended.stderr]).toEqual([1, expect.anything()]);
  expect(ended.stdout).toMatch(/HaltSignalMissing.*mount missing/);
  expect(await lives()).toEqual(before.lives);
});

test('what the old code answers need not be known: its mounts will prove it', async () => {
  old = await box.pull('origin/stable~1');
  await writeFile(join(box.settings('l02'), 'apikeys.json'), '{}');
  const ended = await adopt('--dry-run');
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(ended.stdout).toMatch(/as release adopted-\S+; its mounts prove it/);
});

test('a dry run shows the difference, and what stands in the way, and changes nothing', async () => {
  await box.stop('l01');
  await box.start('l01');
  before.lives = await lives();
  await writeFile(join(box.srv, 'deploy.sh'), 'git pull\n');
  const ended = await adopt('--dry-run');
  expect(ended.code).toBe(1);
  expect(ended.stdout).toMatch(/unknown rest: a mounted parent shows it \S+\/deploy\.sh too/);
  const dropped = await typeFromPage(
    'docs/boxes.md',
    'npm run lockstep -- adopt-box --box lxc12 --as root@lxc12 --dry-run',
    where(),
  );
  expect([dropped.code, dropped.stderr]).toEqual([0, expect.anything()]);
  expect(dropped.stdout).toContain(`it answers ${old}`);
  expect(dropped.stdout).toMatch(/3 started before the last change of the tree \(l02, l03, l04\)/);
  expect(dropped.stdout).toMatch(
    /- lxc\.mount\.entry = \S+\/srv .*which stays\)\n[^]*\+ lxc\.signal\.halt = SIGTERM[^]*\+ lxc\.mount\.entry = {3}\(clears/,
  );
  expect({ configs: await configs(), rights: await rights(), lives: await lives() }).toEqual(before);
});

test('without a terminal it asks for --yes before it looks at anything', async () => {
  const ended = await adopt('--rest', 'drop');
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/no terminal to ask on/);
});

test('adopted: no process is touched, and lockerd takes none for what it does not run yet', async () => {
  const ended = await typeFromPage(
    'docs/boxes.md',
    'npm run lockstep -- adopt-box --box lxc12 --as root@lxc12',
    where('--yes', '--json'),
  );
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(ended.objects.at(-1)).toMatchObject({ kind: 'adopted', lockers: box.lockers });
  expect(await lives()).toEqual(before.lives);
  expect(await configs()).not.toEqual(before.configs);
  expect(await status()).toMatch(/^l01 .*unknown \(current 1\)/m);
  expect(await status()).not.toMatch(/mount-missing|halt-signal|me-not/);
});

test('adopted again: nothing to do', async () => {
  const ended = await adopt('--rest', 'drop', '--yes');
  expect([ended.code, ended.stdout]).toEqual([0, `${box.name}: nothing to adopt\n`]);
});

test('undone before any restart: the same bytes, rights and times, and nothing left on the box', async () => {
  const ended = await typeFromPage(
    'docs/boxes.md',
    'npm run lockstep -- adopt-box --box lxc12 --as root@lxc12 --undo',
    where('--yes', '--json'),
  );
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(ended.objects.at(-1)).toMatchObject({ kind: 'undone', lockers: box.lockers, stays: [] });
  expect({ configs: await configs(), rights: await rights(), lives: await lives() }).toEqual(before);
  for (const locker of box.lockers) expect(existsSync(join(box.places.data, locker))).toBe(false);
  const { stdout } = await box.exec('find', join(box.places.root, 'code'), join(box.places.root, 'lockers'), '-mindepth', '1');
  expect(stdout).toBe('');
});

test('killed half way and run again, it is adopted all the same', async () => {
  const running = start('lockstep', ['adopt-box', ...common(), ...admin(), '--rest', 'drop', '--yes'], env);
  await new Promise<void>((resolve) => {
    running.child.stderr?.on('data', (text: string) => {
      if (text.includes('l01 adopted')) resolve();
    });
    void running.ended.then(() => resolve());
  });
  for (const pid of await adopting()) process.kill(pid, 'SIGKILL');
  await running.ended;
  const ended = await adopt('--rest', 'drop', '--yes', '--json');
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(await lives()).toEqual(before.lives);
});

test('what the new /Config will not have is told before anybody is touched', async () => {
  const planned = await runCli('lockstep', ['plan', ...common()], env);
  expect(planned.stdout).toMatch(/apikeys\.json is not in \/Config any more \(no template and no secret\): l02$/m);
});

test('a release that fails at its canary is taken back to the old code, on the new mounts', async () => {
  const good = (await box.data('l01')).accepted;
  await commitRevision(box.layout, { branch: 'bad', message: 'A release that crashes', broken: true });
  const ended = await rollout('--ref', 'bad', '--rehearsal', 'off');
  expect([ended.code, finishedOf(ended).state]).toEqual([3, 'held']);
  const restored = box.lockers.find((_, index) => index === 0) ?? '';
  expect(await box.build(restored)).toBe(old);
  expect(await dataIsWhole()).toEqual([true, true, true, true]);
  expect((await box.data('l01')).accepted).toBeGreaterThanOrEqual(good);
  const aborted = await runCli('lockstep', ['abort', ...common(), '--reason', 'bad release'], env);
  expect([aborted.code, aborted.stderr]).toEqual([0, expect.anything()]);
});

test('an ordinary rollout brings every locker over, each stopped once, with its data', async () => {
  const goal = (await commitRevision(box.layout, { message: 'The first by Lockstep' })).build;
  const ended = await rollout();
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 4 } });
  expect(await builds()).toEqual([goal, goal, goal, goal]);
  expect(await dataIsWhole()).toEqual([true, true, true, true]);
  // l01 was the canary of the release before, and was restarted by hand.
  const logs = await all((locker) => readFile(join(box.me(locker), '.boot-log'), 'utf8'));
  const signals = logs.map((text) => text.split('\n').filter((line) => line.includes('"event":"signal"')).length);
  expect(signals.slice(1)).toEqual([1, 1, 1]);
});

test('a pull in the old tree reaches nobody any more', async () => {
  const running = await builds();
  await box.pull('v1');
  await appendFile(join(box.tree, 'locker.js'), 'throw new Error("half a pull");\n');
  expect(await builds()).toEqual(running);
  const mounts = await all(async (locker) => readFile(`/proc/${(await box.life(locker)).split('/')[0]}/mountinfo`, 'utf8'));
  for (const mountinfo of mounts) expect(mountinfo).not.toContain(`${box.srv} `);
});

test('after its restart a locker is undone only once it is stopped on purpose', async () => {
  const refused = await adopt('--undo', '--yes');
  expect(refused.code).toBe(5);
  expect(refused.stderr).toMatch(/Stays +l01, l02, l03, l04: it was restarted since[^]*lockerctl stop l01/);
  expect((await box.exec('lockerctl', 'stop', 'l04')).code).toBe(0);
  const undone = await adopt('--undo', '--yes', '--only', 'l04');
  expect([undone.code, undone.stderr]).toEqual([0, expect.anything()]);
  expect(await box.config('l04')).toBe(before.configs[3]);
  const now = await box.pull('origin/stable~1');
  await box.start('l04');
  expect(await box.build('l04')).toBe(now);
  expect((await box.data('l04')).broken).toBeNull();
});
