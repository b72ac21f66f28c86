/** lockerd on real containers, judged by what the lockers answer and wrote down themselves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import { aHolder } from '../box/support/a-client';
import type { Holder } from '../box/support/a-client';
import { BUILDS, RELEASES, aHandMadeBox } from './hand-made-box';
import type { HandMadeBox } from './hand-made-box';

jest.setTimeout(300_000);

const lane = {
  maxStarting: 5,
  // Other suites may load this machine; the lane has a test of its own.
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 5_000 },
};
const stop = { timeoutMs: 10_000, onTimeout: 'kill' as const };
const move = (name: string) => ({ locker: name as LockerName, stop, lane, startDeadlineMs: 15_000 });
const proof = (name: string) => ({ locker: name as LockerName, goodProbes: 3, stableMs: 500, deadlineMs: 5_000 });

let box: HandMadeBox;
let holder: Holder;
const ask: Holder['ask'] = (...asked) => holder.ask(...asked);
const count = (name: string, line: string) => box.bootLog(name).filter((said) => said === line).length;
const hold = async () => {
  await box.startLockerd();
  holder = await aHolder(box);
};
const start = (name: string, cycle: number) => ask('start', { locker: name, lane, startDeadlineMs: 15_000 }, { cycle });

beforeEach(async () => {
  box = await aHandMadeBox(['ada', 'ben']);
  await hold();
});
afterEach(() => {
  holder.lockerd.close();
  box.remove();
});

test('a locker is started, drained, updated and proven: one halt signal, new build, nothing owed', async () => {
  expect(await start('ada', 0)).toMatchObject({ kind: 'serving', version: 1 });
  expect(await box.build('ada')).toBe(BUILDS[0]);
  expect(await ask('drain', { locker: 'ada', timeoutMs: 5_000, onTimeout: 'skip' })).toMatchObject({ kind: 'idle' });
  const updated = await ask('update', { ...move('ada'), to: RELEASES[1] });
  expect(updated).toMatchObject({ kind: 'serving', killed: false, fromVersion: 1, toVersion: 2 });
  expect(await ask('verify', proof('ada'))).toMatchObject({ kind: 'healthy', build: BUILDS[1] });
  expect(await box.build('ada')).toBe(BUILDS[1]);
  expect(box.bootLog('ada')).toEqual([`start ${BUILDS[0]}`, '/quiesce', 'TERM', 'end', `start ${BUILDS[1]}`]);
  const { lockers } = await holder.lockerd.call('inspect', { target: null });
  expect(lockers).toMatchObject([
    { name: 'ada', state: 'running', healthy: true, owed: null, running: { version: 2 }, reportedBuild: BUILDS[1] },
    { name: 'ben', state: 'stopped', wanted: 'down' },
  ]);
  expect(await ask('update', { ...move('ada'), to: RELEASES[1] }, { cycle: 2 })).toMatchObject({ kind: 'already' });
});

test('lockerd killed in the middle of a stop and asked again sends no second signal', async () => {
  box.settings('ada', 1, { stopMs: 1_500 });
  await start('ada', 0);
  const cut = ask('update', { ...move('ada'), to: RELEASES[1] }).catch((error: Error) => error);
  while (count('ada', 'TERM') === 0) await sleep(20);
  box.killLockerd();
  expect(await cut).toMatchObject({ code: 'LinkLost' });
  expect(box.state('ada')).toBe('RUNNING');
  await hold();
  expect(await ask('update', { ...move('ada'), to: RELEASES[1] })).toMatchObject({ kind: 'serving', killed: false });
  expect(box.bootLog('ada')).toEqual([`start ${BUILDS[0]}`, 'TERM', 'end', `start ${BUILDS[1]}`]);
  expect(await box.build('ada')).toBe(BUILDS[1]);
});

test('a locker that ignores TERM is killed at the deadline, once', async () => {
  box.settings('ada', 1, { deaf: true });
  await start('ada', 0);
  const outcome = await ask('update', { ...move('ada'), stop: { timeoutMs: 300, onTimeout: 'kill' }, to: RELEASES[1] });
  expect(outcome).toMatchObject({ kind: 'serving', killed: true });
  expect(box.bootLog('ada')).toEqual([`start ${BUILDS[0]}`, 'TERM', `start ${BUILDS[1]}`]);
});

test('a release that crashes at its start is told with its last words, and the locker is restored', async () => {
  box.settings('ada', 2, { crash: true });
  await start('ada', 0);
  const broken = await ask('update', { ...move('ada'), to: RELEASES[1] });
  expect(broken).toMatchObject({ kind: 'not-serving', reason: 'crashed' });
  expect(JSON.stringify(broken)).toContain('no such module: left-pad');
  expect(await ask('restore', { ...move('ada'), toVersion: 1 }, { cycle: 2 })).toMatchObject({ kind: 'serving', toVersion: 1 });
  expect(await ask('verify', proof('ada'), { cycle: 2 })).toMatchObject({ kind: 'healthy', build: BUILDS[0] });
  expect(await box.build('ada')).toBe(BUILDS[0]);
});

test('a locker that reports another build is unhealthy and stays owed', async () => {
  box.settings('ada', 2, { reports: '9-gffffffffffff' });
  await start('ada', 0);
  await ask('update', { ...move('ada'), to: RELEASES[1] });
  expect(await ask('verify', proof('ada'))).toMatchObject({ kind: 'unhealthy', reason: 'wrong-build' });
  const { lockers } = await holder.lockerd.call('inspect', { target: null });
  expect(lockers[0]?.owed).toMatchObject({ from: 1, to: 2 });
});

test('the scripts stop what runs, start that and nothing else, and refuse while a rollout holds the box', async () => {
  await start('ada', 0);
  const refused = box.script('stop-all');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('HeldBy: r1 (jane) holds the box since');
  await holder.lockerd.call('release-lease', { holder: 'r1', generation: holder.generation });
  const stopped = box.script('stop-all');
  expect(stopped).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('lxc-stop-all: 1 stopped, 1 not running') as unknown,
  });
  expect(box.bootLog('ada').slice(-3)).toEqual(['/quiesce', 'TERM', 'end']);
  expect(box.script('status').stdout).toContain('parked by local:');
  const started = box.script('start-all', '--max-starting', '5');
  expect(started).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('lxc-start-all: 1 started, 1 left stopped') as unknown,
  });
  expect(await box.build('ada')).toBe(BUILDS[0]);
  expect(box.state('ben')).toBe('STOPPED');
  expect(box.script('stop-all', 'nobody')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no locker "nobody"') as unknown,
  });
  expect(box.script('history').stdout).toContain('lxc-stop-all: done');
  expect(box.script('stop-all', '--bogus').code).toBe(2);
});
