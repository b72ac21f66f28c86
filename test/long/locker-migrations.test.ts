/** Migrations of each locker's data on a real box, as a part of its update: what the data say, whatever is killed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(240_000);

const policy = {
  gates: 'none',
  batches: [1, 'rest'],
  maxDown: 1,
  maxFailures: { canary: 1, total: 3 },
  verify: { stable: '1s', goodProbes: 2, deadline: '30s' },
  soak: { canary: '0s', batch: '0s' },
};

let here: Installation;
beforeEach(async () => {
  here = await anInstallation({ lockers: 3, policy });
});
afterEach(() => here?.close());

const of = (locker: string, name: string) => join(here.sandbox.boxLayout.me(locker), name);
const put = (locker: string, name: string) => writeFileSync(of(locker, name), '');
const runs = (locker: string) =>
  existsSync(of(locker, 'runs')) ? readFileSync(of(locker, 'runs'), 'utf8').split('\n').filter(Boolean) : [];
const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const whole = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.dataIsWhole(locker)));
const names = () => here.sandbox.lockers as readonly [string, string, string];

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; !(await what()); await sleep(100))
    if (Date.now() > end) throw new Error('waited too long');
}

const shell = (text: string) => ['sh', '-c', `cd "$LOCKSTEP_ME" && ${text}`];

/** Each run is a line in the owner's data; it waits for `go`, and is done with its marker. */
function commitMigration(reversible = true): Promise<unknown> {
  const migration = {
    id: 'split-jobs',
    scope: 'locker',
    when: 'per-locker',
    reversible,
    run: shell(
      'echo "ran by $(id -u)" >> runs && while [ ! -e go ]; do sleep 0.1; done; if [ -e broken ]; then echo no room; exit 4; fi; touch marker',
    ),
    check: shell('if [ -e confused ]; then exit 3; fi; [ -e marker ]'),
    ...(reversible && { undo: shell('echo undone >> runs && rm marker') }),
  };
  const manifest = { format: 1, build: [['node', 'build.js']], migrations: [migration] };
  return here.sandbox.commit({ message: 'Split the jobs', files: { 'lockstep.json': JSON.stringify(manifest) } });
}

async function kill(what: 'lockerd' | 'worker'): Promise<void> {
  const lockerd = () => readFileSync(join(here.sandbox.boxConfig.root, 'state/lockerd.pid'), 'utf8');
  const worker = () => readFileSync(join(String(here.env['LOCKSTEP_HOME']), 'run/worker.json'), 'utf8');
  const pid = what === 'lockerd' ? Number(lockerd()) : (JSON.parse(worker()) as { pid: number }).pid;
  if (!(pid > 1)) throw new Error(`${what} has no pid`);
  process.kill(pid, 'SIGKILL');
  // Any command of anybody starts the next worker.
  if (what === 'worker') await here.lockstep('status');
}

test('lockerd and worker die while it runs: each locker is migrated once, as its owner, and a roll-back undoes it', async () => {
  await commitMigration();
  const before = await builds();
  const [canary, ...others] = names();
  for (const locker of others) put(locker, 'go');
  const rollout = here.startRollout('--yes');
  await until(() => runs(canary).length === 1);
  // The others serve; nobody starts the one whose data are being changed.
  expect(await here.sandbox.health(others[0] ?? '')).toBe(true);
  await kill('lockerd');
  await kill('worker');
  await sleep(1_000);
  expect(await here.sandbox.health(canary)).toBe(false);
  put(canary, 'go');
  expect(finishedOf(await rollout.ended)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  const owner = (await here.sandbox.exec('stat', '-c', '%u', of(canary, '.'))).stdout.trim();
  expect(names().map(runs)).toEqual(names().map(() => [`ran by ${owner}`]));
  expect(new Set(await builds())).not.toContain(before[0]);

  expect((await here.lockstep('roll-back', '--yes')).code).toBe(4);
  expect(await builds()).toEqual(before);
  expect(names().map((locker) => runs(locker).at(-1))).toEqual(['undone', 'undone', 'undone']);
  expect(names().map((locker) => existsSync(of(locker, 'marker')))).toEqual([false, false, false]);
  expect(await whole()).toEqual([true, true, true]);
});

test('one that came to nothing leaves its locker up on the release before, as restored; the others go on', async () => {
  await commitMigration();
  const before = await builds();
  const [one, two, three] = names();
  for (const locker of names()) put(locker, 'go');
  put(two, 'broken');
  const ended = finishedOf(await here.rollout('--yes'));
  expect(ended).toMatchObject({ state: 'completed-with-exceptions', counts: { updated: 2, restored: 1 } });
  expect(JSON.stringify(ended)).toContain('migration split-jobs of its data came to nothing: no room');
  expect(await here.sandbox.revision(two)).toBe(before[1]);
  expect([one, two, three].map((locker) => runs(locker).length)).toEqual([1, 1, 1]);
  expect(await whole()).toEqual([true, true, true]);
});

test('undecided: that locker alone stays down, a person says what is so, and the rollout goes on', async () => {
  await commitMigration();
  const [one, two, three] = names();
  for (const locker of [one, three]) put(locker, 'go');
  const rollout = here.startRollout('--yes');
  await until(() => runs(two).length === 1);
  put(two, 'confused');
  put(two, 'go');
  expect(finishedOf(await rollout.ended)).toMatchObject({
    state: 'held',
    holds: [{ reason: 'migration-undecided', locker: two, liftedBy: ['retryLocker'] }],
  });
  await sleep(3_000);
  const up = () => Promise.all(names().map((locker) => here.sandbox.health(locker)));
  expect(await up()).toEqual([true, false, true]);
  const started = await here.sandbox.exec('lxc-start-all');
  expect([started.code, await up()]).toEqual([expect.anything() as number, [true, false, true]]);

  rmSync(of(two, 'confused'));
  const settled = await here.lockstep('settle-migration', '--migration', 'split-jobs', '--locker', two, '--as', 'done');
  expect(settled.stdout).toContain(`settled as done for ${two}`);
  expect((await here.lockstep('retry-locker', '--locker', two)).code).toBe(0);
  expect(finishedOf(await here.lockstep('watch', '--json'))).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  expect(names().map((locker) => runs(locker).length)).toEqual([1, 1, 1]);
});

test('one that can not be undone: past its point of no return a sick canary stays on the release, and no other is touched', async () => {
  await commitMigration(false);
  const before = await builds();
  const [canary, ...others] = names();
  for (const locker of names()) put(locker, 'go');
  await here.sandbox.writeFleet({ policy: { ...policy, maxFailures: { canary: 0, total: 0 }, onFailure: 'roll-back' } });
  const asking = finishedOf(await here.rollout('--yes'));
  expect(asking).toMatchObject({ state: 'waiting-for-approval', pointOfNoReturn: 'ahead' });
  expect(names().map(runs)).toEqual([[], [], []]);
  await here.sandbox.misbehave(canary, { kind: 'wrong-build', when: { notBuild: before[0] } });
  expect((await here.lockstep('approve', '--batch', '1')).code).toBe(0);
  const held = finishedOf(await here.lockstep('watch', '--json'));
  expect(held).toMatchObject({ state: 'held', counts: { failed: 1 }, holds: [{ reason: 'failures' }] });
  expect(JSON.stringify(held)).toContain('not rolled back by itself');
  expect((await here.sandbox.exec('lockerctl', 'status')).stdout).toMatch(new RegExp(`^${canary} +running`, 'm'));
  expect(others.map(runs)).toEqual([[], []]);
  expect((await here.lockstep('abort')).code).toBe(0);
  await here.lockstep('watch', '--json');
  await here.sandbox.misbehave(canary, null);
  expect((await builds()).slice(1)).toEqual(before.slice(1));
  expect(await here.sandbox.health(canary)).toBe(true);
  expect(await whole()).toEqual([true, true, true]);
});
