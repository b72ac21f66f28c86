/** A sysadmin on the box, with no orchestrator anywhere: lxc-stop-all, update-code, lxc-start-all. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anInstallation } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(240_000);

let here: Installation;
beforeAll(async () => {
  here = await anInstallation({
    lockers: 4,
    policy: { batches: [1, 'rest'], gates: 'canary', verify: { stable: '1s', goodProbes: 2 }, soak: { canary: '0s' } },
  });
});
afterAll(() => here?.close());

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const healthy = async () =>
  (await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.health(locker).catch(() => false)))).filter(Boolean)
    .length;
const lastEvent = async (locker: string) => (await here.sandbox.bootLog(locker)).at(-1)?.event;

test('update-code stages and writes the build number, and leaves running lockers on their release', async () => {
  const before = await builds();
  const { build } = await here.sandbox.commit({ message: 'By hand' });
  const ran = await here.sandbox.exec('update-code');
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stdout + ran.stderr).toContain(build);
  expect((await readFile(join(here.sandbox.boxLayout.root, 'BUILD'), 'utf8')).trim()).toBe(build);
  expect(await builds()).toEqual(before);
});

test('lxc-stop-all drains and stops all with one signal each; lxc-start-all brings them up on the new release', async () => {
  const before = await builds();
  const stopped = await here.sandbox.exec('lxc-stop-all');
  expect(stopped).toMatchObject({ code: 0 });
  expect(stopped.stdout + stopped.stderr).toMatch(/4 stopped/);
  expect(await healthy()).toBe(0);
  for (const locker of here.sandbox.lockers) {
    const events = (await here.sandbox.bootLog(locker)).map(({ event }) => event);
    expect(events.slice(-3)).toEqual(['boot', 'signal', 'exit']);
  }
  const started = await here.sandbox.exec('lxc-start-all');
  expect(started).toMatchObject({ code: 0 });
  expect(await healthy()).toBe(4);
  const after = await builds();
  expect(new Set(after).size).toBe(1);
  expect(before).not.toContain(after[0]);
  for (const locker of here.sandbox.lockers) expect(await here.sandbox.dataIsWhole(locker)).toBe(true);
});

test('a second lxc-start-all has nothing to do, and a locker stopped on purpose stays stopped', async () => {
  expect(await here.sandbox.exec('lockerctl', 'stop', 'l02')).toMatchObject({ code: 0 });
  expect(await here.sandbox.exec('lxc-start-all')).toMatchObject({ code: 0 });
  expect(await healthy()).toBe(3);
  expect(await lastEvent('l02')).toBe('exit');
  // A stopped one gets the new code at once, and stays stopped.
  const { build } = await here.sandbox.commit({ message: 'While it is stopped' });
  expect(await here.sandbox.exec('update-code')).toMatchObject({ code: 0 });
  expect(await lastEvent('l02')).toBe('exit');
  expect(await here.sandbox.exec('lockerctl', 'start', 'l02')).toMatchObject({ code: 0 });
  expect(await here.sandbox.revision('l02')).toBe(build);
});

test('a locker that crashed is started too', async () => {
  await here.sandbox.misbehave('l03', { kind: 'crash-3s' });
  expect(await here.sandbox.exec('lxc-stop-all', 'l03')).toMatchObject({ code: 0 });
  await here.sandbox.exec('lxc-start-all');
  while ((await lastEvent('l03')) !== 'crash') await new Promise((resolve) => setTimeout(resolve, 200));
  await here.sandbox.misbehave('l03', null);
  expect(await here.sandbox.exec('lxc-start-all')).toMatchObject({ code: 0 });
  expect(await healthy()).toBe(4);
});

test('while a rollout holds the box the scripts refuse and say who; --force overrides and is recorded', async () => {
  await here.sandbox.commit({ message: 'For a rollout' });
  const rollout = await here.rollout();
  expect(rollout.code).toBe(3);
  const up = await healthy();
  for (const script of ['lxc-stop-all', 'update-code', 'lxc-start-all']) {
    const refused = await here.sandbox.exec(script);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/HeldBy/);
    expect(refused.stderr).toMatch(/--force/);
  }
  expect(await healthy()).toBe(up);
  const forced = await here.sandbox.exec('lxc-stop-all', '--force');
  expect(forced).toMatchObject({ code: 0 });
  expect(await healthy()).toBe(0);
  expect((await here.sandbox.exec('lockerctl', 'history')).stdout).toMatch(/lxc-stop-all/);
  expect(await here.sandbox.exec('lxc-start-all')).toMatchObject({ code: 0 });
  expect(await healthy()).toBe(4);

  // The rollout was fenced: whatever it does next is refused by the box, and it ends saying so.
  await here.lockstep('approve', '--batch', '2');
  const ended = await here.lockstep('watch', '--json');
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain('Fenced');
  expect(await healthy()).toBe(4);
});

test.each(['lxc-stop-all', 'update-code', 'lxc-start-all'])(
  '%s explains itself, and refuses a flag that it does not know',
  async (script) => {
    const help = await here.sandbox.exec(script, '--help');
    expect(help).toMatchObject({ code: 0 });
    expect(help.stdout).toContain(script);
    expect(await here.sandbox.exec(script, '--sideways')).toMatchObject({ code: 2 });
  },
);
