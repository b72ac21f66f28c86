/** The verbs of lockerd on real containers that are between two states, or that somebody else brings up meanwhile. */
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import { aHolder } from '../box/support/a-client';
import type { Holder } from '../box/support/a-client';
import { BUILDS, RELEASES, aHandMadeBox } from './hand-made-box';
import type { HandMadeBox } from './hand-made-box';

jest.setTimeout(300_000);

const lane = {
  maxStarting: 5,
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 5_000 },
};
const stop = { timeoutMs: 10_000, onTimeout: 'kill' as const };
const ada = 'ada' as LockerName;
const move = { locker: ada, stop, lane, startDeadlineMs: 20_000 };

let box: HandMadeBox;
let holder: Holder;
const ask: Holder['ask'] = (...asked) => holder.ask(...asked);
const hold = async () => {
  await box.startLockerd();
  holder = await aHolder(box);
};
const start = (cycle: number) => ask('start', { locker: ada, lane, startDeadlineMs: 20_000 }, { cycle });
const log = () => join(box.paths.me(ada), 'hooks.log');
const hook = (kind: string, what: string) =>
  appendFileSync(
    box.paths.lxcConfig(ada),
    `lxc.hook.${kind} = /bin/sh -c 'echo ${kind} >> ${log()}; ${what}; echo ${kind}-end >> ${log()}'\n`,
  );
const noHooks = () => spawnSync('sed', ['-i', '/^lxc.hook/d', box.paths.lxcConfig(ada)]);
const hooks = () => (existsSync(log()) ? readFileSync(log(), 'utf8').trim().split('\n') : []);
const until = async (what: () => boolean) => {
  for (let tries = 0; tries < 1_000 && !what(); tries++) await sleep(20);
  expect(what()).toBe(true);
};
const seen = async () => (await holder.lockerd.call('inspect', { target: null })).lockers[0];

beforeEach(async () => {
  box = await aHandMadeBox(['ada']);
  await hold();
});
afterEach(() => {
  noHooks();
  holder.lockerd.close();
  box.remove();
});

test('an update goes through slow hooks one after the other, with lockerd killed in the middle of each', async () => {
  await start(0);
  hook('pre-start', 'sleep 1.5');
  hook('post-stop', 'sleep 1.5');
  // LXC has read its hooks at the start.
  await ask('update', { ...move, to: RELEASES[1] });
  expect(hooks()).toEqual(['pre-start', 'pre-start-end']);
  for (const last of ['post-stop', 'pre-start']) {
    rmSync(log());
    const to = last === 'post-stop' ? RELEASES[0] : RELEASES[1];
    const cycle = last === 'post-stop' ? 2 : 3;
    const cut = ask('update', { ...move, to }, { cycle }).catch((error: Error) => error);
    await until(() => hooks().at(-1) === last);
    box.killLockerd();
    expect(await cut).toMatchObject({ code: 'LinkLost' });
    await hold();
    expect(await ask('update', { ...move, to }, { cycle })).toMatchObject({ kind: 'serving', killed: false });
    expect(hooks()).toEqual(['post-stop', 'post-stop-end', 'pre-start', 'pre-start-end']);
  }
  expect(box.bootLog('ada').filter((line) => line === 'TERM')).toHaveLength(3);
  expect(await box.build('ada')).toBe(BUILDS[1]);
});

test('a start by hand in the middle of ours, and ours in the middle of one by hand, come to one life', async () => {
  hook('pre-start', 'sleep 1.5');
  symlinkSync(box.config.lxcPath, `${box.config.lxcPath}-link`);
  for (const [cycle, path] of [box.config.lxcPath, `${box.config.lxcPath}-link`].entries()) {
    rmSync(log(), { force: true });
    const byHand = spawn('lxc-start', ['-P', path, '-n', 'ada'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => byHand.once('exit', resolve));
    await until(() => hooks().includes('pre-start'));
    expect((await seen())?.state).toBe('other');
    expect(await start(cycle)).toMatchObject({ kind: 'already' });
    await ended;
    expect(hooks()).toEqual(['pre-start', 'pre-start-end']);
    expect(await ask('stop', { locker: ada, stop, drain: null, onPurpose: true }, { cycle })).toMatchObject({
      kind: 'stopped',
      killed: false,
    });
  }
  rmSync(log());
  const ours = start(7);
  await until(() => hooks().includes('pre-start'));
  spawn('lxc-start', ['-P', box.config.lxcPath, '-n', 'ada'], { stdio: 'ignore' });
  expect(await ours).toMatchObject({ kind: 'serving' });
  expect(hooks()).toEqual(['pre-start', 'pre-start-end']);
});

test('a pre-start hook that fails, or takes longer than the deadline, is told, and the locker comes up once it can', async () => {
  hook('pre-start', 'exit 3');
  const failed = await start(0);
  expect(failed).toMatchObject({ kind: 'not-serving' });
  expect(JSON.stringify(failed)).toMatch(/hook|exit/i);
  expect((await seen())?.state).toBe('stopped');
  noHooks();
  hook('pre-start', 'sleep 4');
  rmSync(log());
  const late = await ask('start', { locker: ada, lane, startDeadlineMs: 1_000 }, { cycle: 1 });
  expect(late).toMatchObject({ kind: 'not-serving' });
  expect(JSON.stringify(late)).toContain('sleep 4');
  expect((await seen())?.state).toBe('other');
  expect(await start(2)).toMatchObject({ kind: expect.stringMatching(/serving|already/) as string });
  expect(hooks()).toEqual(['pre-start', 'pre-start-end']);
});

test('one whose monitor is killed while it stops is stopped, and starts again', async () => {
  box.settings('ada', 1, { stopMs: 2_000 });
  await start(0);
  const stopping = ask('stop', { locker: ada, stop, drain: null, onPurpose: true });
  await until(() => box.bootLog('ada').includes('TERM'));
  const init = (await seen())?.initPid ?? 0;
  const monitor = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${init}/status`, 'utf8'))?.[1]);
  process.kill(monitor, 'SIGKILL');
  expect(await stopping).toMatchObject({ kind: 'stopped', killed: false });
  expect((await seen())?.state).toBe('stopped');
  expect(await start(1)).toMatchObject({ kind: 'serving' });
});

test('lxc-stop-all stops one that was on its way up, when its hooks have ended', async () => {
  await start(0);
  await holder.lockerd.call('release-lease', { holder: 'r1', generation: holder.generation });
  box.script('stop-all');
  // Long enough for the script to look while it takes.
  hook('pre-start', 'sleep 5');
  hook('post-stop', 'sleep 1');
  spawn('lxc-start', ['-P', box.config.lxcPath, '-n', 'ada'], { stdio: 'ignore' });
  await until(() => hooks().includes('pre-start'));
  // Its init may be told before it listens to signals: then it ends by a kill.
  const stopped = expect.stringMatching(/1 (stopped|killed)/) as string;
  expect(box.script('stop-all', '--stop-timeout', '15s')).toMatchObject({ code: 0, stdout: stopped });
  expect([box.state('ada'), hooks()]).toEqual(['STOPPED', ['pre-start', 'pre-start-end', 'post-stop', 'post-stop-end']]);
});
