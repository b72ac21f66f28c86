/** One locker more and one less, on a real box: judged by what the locker answers and by its owner's data. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typeFromPage } from '../docs/type-from-page';
import type { Ended } from '../support/cli';
import { anInstallation } from '../support/installation';
import type { Installation } from '../support/installation';
import { notASandbox, withLockerd } from '../support/steady-box';

jest.setTimeout(600_000);

let here: Installation;
const policy = {
  maxDown: 1,
  verify: { stable: '1s', goodProbes: 2, deadline: '60s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
  // The machine may be busy with other suites: what the lane does then is tested elsewhere.
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfter: '10m' },
};
beforeAll(async () => {
  here = await anInstallation({ lockers: 2, policy });
});
afterAll(() => here?.close());

/** With what it said where it did not. */
const mustSucceed = ({ code, stdout, stderr }: Ended) => expect(code === 0 ? '' : `exit ${code}\n${stdout}${stderr}`).toBe('');
const me = (locker: string) => here.sandbox.boxLayout.me(locker);
const container = (locker: string) => join(here.sandbox.boxLayout.lxc, locker);
const add = (...args: string[]) => here.lockstep('add-locker', ...args);
const remove = (...args: string[]) => here.lockstep('remove-locker', ...args);
const namesOn = () =>
  withLockerd(here.sandbox, async (lockerd) => {
    const { lockers, lease } = await lockerd.call('inspect', { target: null });
    expect(lease).toBeNull();
    return lockers.map(({ name, healthy }) => `${name} ${healthy ? 'up' : 'down'}`);
  });

test('a new locker serves on the box’s release, not on the newest one, and the next rollout takes it along', async () => {
  const { build } = await here.sandbox.commit({ message: 'newer' });
  const added = await add('--locker', 'l03');
  mustSucceed(added);
  expect(added.stdout).toContain('l03 runs on lxc12: ');
  expect(added.stdout).toContain('fleet.yaml needs no line');
  expect(await here.sandbox.revision('l03')).toBe(await here.sandbox.revision('l01'));
  expect(await here.sandbox.revision('l03')).not.toBe(build);
  mustSucceed(await here.rollout('--yes'));
  expect(await here.sandbox.revision('l03')).toBe(build);
  expect(await namesOn()).toEqual(['l01 up', 'l02 up', 'l03 up']);
});

test('one that is there is refused, and so is a name that is none', async () => {
  const twice = await add('--locker', 'l03');
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('has a locker l03 already') as string });
  expect(await add('--locker', '../etc')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('can not be a locker') as string,
  });
  expect(await add()).toMatchObject({ code: 2 });
  expect(await add('--locker', 'zed')).toMatchObject({ code: 1, stderr: expect.stringContaining('l[0-9]{2,4}') as string });
  expect(await namesOn()).toHaveLength(3);
});

test('one that is removed has finished its work, its data are kept, and it comes back with them only when told', async () => {
  const whole = await here.sandbox.data('l03');
  const removed = await remove('--locker', 'l03', '--json');
  mustSucceed(removed);
  expect(removed.objects.at(-1)).toMatchObject({ kind: 'removed', locker: 'l03', data: me('l03') });
  expect(existsSync(container('l03'))).toBe(false);
  const log = await here.sandbox.bootLog('l03');
  expect(log.slice(-2).map(({ event }) => event)).toEqual(['signal', 'exit']);
  expect(await here.sandbox.dataIsWhole('l03')).toBe(true);
  expect(await namesOn()).toEqual(['l01 up', 'l02 up']);

  const refused = await add('--locker', 'l03');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--adopt-data') as string });
  expect(existsSync(container('l03'))).toBe(false);
  mustSucceed(await add('--locker', 'l03', '--adopt-data'));
  expect(await here.sandbox.dataIsWhole('l03')).toBe(true);
  expect((await here.sandbox.data('l03')).accepted).toBeGreaterThanOrEqual(whole.accepted);
});

test('a locker that can not come up is said to be there and not to serve, and can be taken away again', async () => {
  // Else each command would write the sandbox's own template again.
  await notASandbox(here.sandbox);
  const template = join(here.sandbox.boxLayout.root, 'locker-template/config');
  const text = readFileSync(template, 'utf8');
  writeFileSync(template, text.replace(/lxc.init.cmd = .*/, 'lxc.init.cmd = /bin/false'));
  const added = await add('--locker', 'l04');
  writeFileSync(template, text);
  expect(added).toMatchObject({ code: 1, stdout: expect.stringContaining('was not proven to serve') as string });
  mustSucceed(await remove('--locker', 'l04', '--delete-data', '--yes'));
  expect(existsSync(me('l04'))).toBe(false);
});

test('while somebody holds the box nothing is added or removed', async () => {
  await withLockerd(here.sandbox, async (lockerd) => {
    const { generation } = await lockerd.call('take-lease', { holder: 'r-other', by: 'jane', force: false });
    try {
      for (const refused of [await add('--locker', 'l05'), await remove('--locker', 'l03', '--yes')])
        expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('jane') as string });
    } finally {
      await lockerd.call('release-lease', { holder: 'r-other', generation });
    }
  });
  expect(await namesOn()).toEqual(['l01 up', 'l02 up', 'l03 up']);
});

test('data are deleted only after a yes, and a box that people live on asks before it loses a locker', async () => {
  const unasked = await remove('--locker', 'l03', '--delete-data');
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('no terminal to ask on') as string });
  expect(existsSync(me('l03'))).toBe(true);
  expect(await remove('--locker', 'l03')).toMatchObject({ code: 2 });
  mustSucceed(await remove('--locker', 'l03', '--delete-data', '--yes'));
  expect(existsSync(me('l03'))).toBe(false);
  expect(await remove('--locker', 'l03', '--yes')).toMatchObject({
    code: expect.any(Number) as number,
    stderr: expect.stringContaining('no locker l03') as string,
  });
  expect(await namesOn()).toEqual(['l01 up', 'l02 up']);
});

test('as the page tells it: one comes, and goes again', async () => {
  const flags = ['--fleet', here.sandbox.fleetFile];
  const { env } = here;
  mustSucceed(await typeFromPage('docs/boxes.md', 'npm run lockstep -- add-locker --box lxc12 --locker l13', { flags, env }));
  expect(await namesOn()).toEqual(['l01 up', 'l02 up', 'l13 up']);
  const gone = { flags: [...flags, '--yes'], env };
  mustSucceed(await typeFromPage('docs/boxes.md', 'npm run lockstep -- remove-locker --box lxc12 --locker l13', gone));
  expect(await namesOn()).toEqual(['l01 up', 'l02 up']);
  expect(existsSync(me('l13'))).toBe(true);
});
