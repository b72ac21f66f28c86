/** lockerd's own care, with no orchestrator anywhere: real containers that crash, a real box whose changes are frozen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import { endLockerd, lockerdPid } from '../../sandbox/box-processes';
import { makeSandbox } from '../support/sandbox';
import type { Sandbox } from '../support/sandbox';

jest.setTimeout(300_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await makeSandbox({ lockers: 3 });
});
afterAll(() => sandbox?.down());

const first = 'l01';
const second = 'l02';
const box = async () => boxNamed((await openSandbox(sandbox.dir)).state, sandbox.box);
const bootsOf = async (locker: string) => (await sandbox.bootLog(locker)).filter(({ event }) => event === 'boot').length;
const until = async (what: () => Promise<boolean>) => {
  const end = performance.now() + 60_000;
  while (!(await what())) {
    if (performance.now() > end) throw new Error('it did not happen within a minute');
    await sleep(100);
  }
};
/** Throws where it does not run: pid 0 would be our own process group. */
async function initOf(locker: string): Promise<number> {
  const { stdout, stderr } = await sandbox.exec('lxc-info', '-P', sandbox.boxConfig.lxcPath, '-n', locker, '-p', '-H');
  const pid = Number(stdout.trim());
  if (!(pid > 1)) throw new Error(`${locker} has no init: ${stdout} ${stderr}`);
  return pid;
}

test('a locker that dies by itself is back on its own release, with its data whole', async () => {
  const build = await sandbox.revision(first);
  const boots = await bootsOf(first);
  process.kill(await initOf(first), 'SIGKILL');
  await until(async () => (await bootsOf(first)) === boots + 1 && (await sandbox.health(first)));
  expect(await sandbox.revision(first)).toBe(build);
  // Work in flight is lost by a crash, and said so; the data itself is whole.
  expect((await sandbox.data(first)).broken).toBeNull();
});

test('one that was stopped on purpose stays down, also through the end of lockerd', async () => {
  expect((await sandbox.exec('lockerctl', 'stop', second)).code).toBe(0);
  const boots = await bootsOf(second);
  const before = await lockerdPid(await box());
  await endLockerd(await box());
  expect((await sandbox.exec('lockerctl', 'status')).stdout).toMatch(/l02 +stopped .*stopped on purpose/);
  expect(await lockerdPid(await box())).not.toBe(before);
  await sleep(5_000);
  expect(await bootsOf(second)).toBe(boots);
  expect((await sandbox.exec('lockerctl', 'start', second)).code).toBe(0);
  expect(await sandbox.health(second)).toBe(true);
});

test('frozen changes are shown, need a reason, and are lifted by hand', async () => {
  const bare = await sandbox.exec('lockerctl', 'freeze-changes');
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('--reason') as string]);
  expect((await sandbox.exec('lockerctl', 'freeze-changes', '--reason', 'disk is being replaced')).code).toBe(0);
  expect((await sandbox.exec('lockerctl', 'status')).stdout).toMatch(
    /CHANGES FROZEN by local:\w+ since .*: disk is being replaced/,
  );
  expect((await sandbox.exec('lockerctl', 'history')).stdout).toContain('changes frozen: disk is being replaced');
  expect((await sandbox.exec('lockerctl', 'thaw-changes')).stdout).toContain('thawed');
  expect((await sandbox.exec('lockerctl', 'status')).stdout).not.toContain('FROZEN');
});

test('a lease that nobody gives back is ended on the box', async () => {
  const released = await sandbox.exec('lockerctl', 'release-box');
  expect([released.code, released.stdout]).toEqual([0, expect.stringContaining('release-box: nothing to do') as string]);
  expect((await sandbox.exec('lockerctl', 'status')).stdout).toContain('held by nobody');
});
