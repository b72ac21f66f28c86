/** Migrations on a real box: what the data say, whatever is killed. The migration counts itself by a line for each run. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(240_000);

let here: Installation;
beforeEach(async () => {
  here = await anInstallation({ lockers: 4 });
});
afterEach(() => here?.close());

const data = () => here.sandbox.boxConfig.data;
const put = (name: string) => writeFileSync(join(data(), name), '');
const has = (name: string) => existsSync(join(data(), name));
const runs = () => (has('runs') ? readFileSync(join(data(), 'runs'), 'utf8').split('\n').filter(Boolean) : []);
const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const serving = async () =>
  (await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.health(locker)))).filter(Boolean).length;

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; !(await what()); await sleep(100))
    if (Date.now() > end) throw new Error('waited too long');
}

const shell = (text: string) => ['sh', '-c', text];

/** A release whose migration says that it ran, waits for `go`, and is done with its marker. */
function commitMigration(more: Record<string, unknown> = {}): Promise<unknown> {
  const migration = {
    id: 'split-jobs',
    scope: 'box',
    when: 'before-first',
    reversible: true,
    run: shell(
      'cd "$LOCKSTEP_DATA" && echo ran >> runs && while [ ! -e go ]; do sleep 0.1; done; if [ -e broken ]; then exit 4; fi; touch marker',
    ),
    check: shell('cd "$LOCKSTEP_DATA" && if [ -e confused ]; then exit 3; fi; [ -e marker ]'),
    undo: shell('cd "$LOCKSTEP_DATA" && echo undone >> runs && rm marker'),
    ...more,
  };
  if (!migration.reversible) Reflect.deleteProperty(migration, 'undo');
  const manifest = { format: 1, build: [['node', 'build.js']], migrations: [migration] };
  return here.sandbox.commit({ message: 'Split the jobs', files: { 'lockstep.json': JSON.stringify(manifest) } });
}

async function runnerOf(): Promise<number> {
  const folder = join(here.sandbox.boxConfig.root, 'state/migrations');
  const found = await here.sandbox.exec('sh', '-c', `cat ${folder}/*/*/*/*/started | tail -1`);
  return (JSON.parse(found.stdout) as { pid: number }).pid;
}
const killLockerd = async () => {
  const { root } = here.sandbox.boxConfig;
  const pid = Number(readFileSync(join(root, 'state/lockerd.pid'), 'utf8'));
  if (!(pid > 1)) throw new Error('lockerd has no pid');
  process.kill(pid, 'SIGKILL');
};

test('before the first locker: lockerd and the runner die while it runs, it runs once, and a roll-back undoes it', async () => {
  await commitMigration();
  const before = await builds();
  const rollout = here.startRollout();
  await until(() => runs().length === 1);
  expect(await builds()).toEqual(before);
  await killLockerd();
  await sleep(500);
  process.kill(await runnerOf(), 'SIGKILL');
  // The command goes on without them; nobody judges it while it works.
  await sleep(1_000);
  expect(await builds()).toEqual(before);
  put('go');
  const ended = await rollout.ended;
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 4 } });
  expect(runs()).toEqual(['ran']);
  expect(new Set(await builds())).not.toContain(before[0]);
  expect((await here.rollout()).code).toBe(0);
  expect(runs()).toEqual(['ran']);
  await here.lockstep('roll-back', '--yes');
  expect(await builds()).toEqual(before);
  expect(runs()).toEqual(['ran', 'undone']);
  expect(has('marker')).toBe(false);
});

test('undecided: the rollout holds with every locker up, a person settles it, and it goes on', async () => {
  await commitMigration();
  const before = await builds();
  put('confused');
  const refused = await here.rollout();
  // Its check can't say, and nothing was begun: nothing is.
  expect(finishedOf(refused)).toMatchObject({ state: 'held', holds: [{ reason: 'migration-failed' }] });
  expect(runs()).toEqual([]);
  rmSync(join(data(), 'confused'));
  await here.lockstep('resume');
  await until(() => runs().length === 1);
  put('confused');
  process.kill(await runnerOf(), 'SIGKILL');
  put('go');
  await until(async () => (await here.lockstep('status')).stdout.includes('migration-undecided'));
  expect(await serving()).toBe(4);
  expect(await builds()).toEqual(before);
  const settled = await here.lockstep('settle-migration', '--migration', 'split-jobs', '--as', 'done');
  expect(settled.stdout).toContain('settled as done for the box');
  const again = await here.lockstep('settle-migration', '--migration', 'split-jobs', '--as', 'done');
  expect(again.stdout).toContain('nothing to settle');
  expect((await here.lockstep('resume')).code).toBe(0);
  expect((await here.lockstep('watch', '--json')).code).toBe(0);
  expect(runs()).toEqual(['ran']);
  expect((await here.sandbox.exec('lockerctl', 'history')).stdout).toContain('migration split-jobs settled as done');
});

const worker = async () => {
  const file = join(String(here.env['LOCKSTEP_HOME']), 'run/worker.json');
  const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number };
  if (!(pid > 1)) throw new Error('the worker has no pid');
  process.kill(pid, 'SIGKILL');
  // Any command of anybody starts the next one.
  await here.lockstep('status');
};
const running = async () => {
  const { stdout } = await here.sandbox.exec('lockerctl', 'status');
  return here.sandbox.lockers.filter((locker) => new RegExp(`^${locker} +running`, 'm').test(stdout)).length;
};

test('all halted: lockerd, worker and runner die before, during and after it, and it runs once; past the point of no return nobody goes back', async () => {
  await commitMigration({ when: 'all-halted', reversible: false });
  const before = await builds();
  const asking = await here.rollout();
  expect(finishedOf(asking)).toMatchObject({ state: 'waiting-for-approval', pointOfNoReturn: 'ahead' });
  expect(await serving()).toBe(4);
  expect((await here.lockstep('approve', '--batch', '1')).code).toBe(0);
  // Before: while they are being halted.
  await until(async () => (await serving()) < 4);
  await killLockerd();
  await worker();
  const watching = here.lockstep('watch', '--json');
  await until(() => runs().length === 1);
  // Everybody is confirmed down, and lockerd starts nobody.
  expect(await running()).toBe(0);
  await killLockerd();
  await worker();
  process.kill(await runnerOf(), 'SIGKILL');
  await sleep(1_000);
  expect(await running()).toBe(0);
  put('go');
  await until(() => has('marker'));
  await killLockerd();
  await worker();
  await watching;
  await until(async () => (await serving()) === 4);
  expect(runs()).toEqual(['ran']);
  expect(new Set(await builds()).size).toBe(1);
  expect(before).not.toContain((await builds())[0]);
});

test('all halted: what could not begin brings everybody back up on the old release', async () => {
  await commitMigration({ when: 'all-halted' });
  const before = await builds();
  put('confused');
  const held = await here.rollout();
  expect(finishedOf(held)).toMatchObject({ state: 'held', holds: [{ reason: 'migration-failed' }] });
  await until(async () => (await serving()) === 4);
  expect(await builds()).toEqual(before);
  expect((await here.lockstep('abort')).code).toBe(0);
  await here.lockstep('watch', '--json');
  expect(await builds()).toEqual(before);
  expect(runs()).toEqual([]);
  for (const locker of here.sandbox.lockers) expect(await here.sandbox.dataIsWhole(locker)).toBe(true);
});
