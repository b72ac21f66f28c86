/** Both ports on the daemon of LXD or Incus: what is asked of it, and what its answers are taken for. `npm run test:lxd` has the real one. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { configurationOf } from '../../../box/containers/configuration-of';
import type { Configuration } from '../../../box/containers/configuration';
import { runtimeOf } from '../../../box/containers/runtime-of';
import { lockerProblems } from '../../../box/inspect/preflight';
import type { Lxc } from '../../../box/lxc/lxc';
import { refuseInstances } from '../../../box/new-locker/refuse-instances';
import { boxPaths } from '../../../box/paths';
import { LockerName } from '../../../domain/model/ids';
import { BoxConfig } from '../../../domain/protocol/box-config';
import { aFakeLxd } from './fake-lxd';
import type { FakeInstance, FakeLxd } from './fake-lxd';

const l01 = LockerName.parse('l01');
const none = LockerName.parse('l09');
let daemon: FakeLxd;
let config: BoxConfig;
let runtime: Lxc;
let configuration: Configuration;
const children: ChildProcess[] = [];

beforeEach(async () => {
  daemon = await aFakeLxd(['l01', 'l02', 'other']);
  const { folder, containers } = daemon;
  const places = { root: join(folder, 'root'), data: join(folder, 'me'), socket: join(folder, 's'), log: join(folder, 'log') };
  config = BoxConfig.parse({ format: 1, box: 'lxc12', kind: 'lxd', lxcPath: containers, lockerPattern: 'l\\d+', ...places });
  runtime = runtimeOf(config, boxPaths(config));
  configuration = configurationOf({ config, paths: boxPaths(config) });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await daemon.close();
});

const instance = (): FakeInstance => daemon.instances.get('l01') as FakeInstance;
function running(): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(child);
  Object.assign(instance(), { status: 'Running', pid: child.pid });
  return child;
}

test('instances that match the pattern are lockers, and the program says which one it is', async () => {
  expect(await runtime.list()).toEqual(['l01', 'l02']);
  expect(await configuration.names()).toEqual(['l01', 'l02', 'other']);
  expect(await runtime.version()).toBe('lxd 5.0.2');
});

test('running, stopped, missing; and between two states where it says so, or its init has just ended', async () => {
  expect(await runtime.see(l01)).toEqual({ state: 'stopped', init: null });
  expect(await runtime.see(none)).toEqual({ state: 'missing', init: null });
  Object.assign(instance(), { status: 'Stopping' });
  expect(await runtime.see(l01)).toMatchObject({ state: 'other', evidence: ['lxd says Stopping'] });
  const child = running();
  const seen = await runtime.see(l01);
  expect(seen).toMatchObject({ state: 'running', init: { pid: child.pid } });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (seen.init) await runtime.kill(l01, seen.init);
  await gone;
  expect(await runtime.see(l01)).toMatchObject({ state: 'other' });
  Object.assign(instance(), { status: 'Stopped', pid: 0 });
  expect(await runtime.waitStopped(l01, 1_000)).toBe(true);
});

test('the halt signal goes straight to the init: the one of raw.lxc', async () => {
  const child = running();
  instance().config['raw.lxc'] = 'lxc.signal.halt = SIGUSR2';
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const { init } = await runtime.see(l01);
  if (init) expect(await runtime.signalStop(l01, init)).toMatchObject({ code: 0 });
  expect(await ended).toBe('SIGUSR2');
});

test('a start that fails is told with its reason, and what it prints is to be found where every box has it', async () => {
  expect(await runtime.start(l01, 1_000)).toEqual({ ok: true });
  expect(daemon.asked).toEqual(['PUT /instances/l01/state']);
  const log = boxPaths(config).bootLog(l01);
  expect(lstatSync(log).isSymbolicLink()).toBe(true);
  expect(readlinkSync(log)).toBe('/var/log/lxd/l01/console.log');
  daemon.fails = 'Missing source path "/nowhere" for disk "code"';
  expect(await runtime.start(l01, 1_000)).toMatchObject({ ok: false, evidence: [`lxd: ${daemon.fails}`] });
  Object.assign(daemon, { hangs: true });
  expect(await runtime.start(l01, 1_000)).toMatchObject({ ok: false, evidence: [expect.stringContaining('it goes on')] });
});

test('a command inside gives its output and its exit code, and the files that the daemon kept of it are taken away', async () => {
  running();
  expect(await runtime.attach(l01, ['true'], 1_000)).toMatchObject({ code: 4, stdout: 'out\n', stderr: 'err\n' });
  expect(daemon.asked).toEqual([
    'POST /instances/l01/exec',
    'DELETE /instances/l01/logs/exec_1.stdout',
    'DELETE /instances/l01/logs/exec_1.stderr',
  ]);
  Object.assign(daemon, { hangs: true });
  expect(await runtime.attach(l01, ['sleep'], 1_000)).toMatchObject({ code: null, timedOut: true });
  Object.assign(instance(), { status: 'Stopped', pid: 0 });
  const { init } = await runtime.see(l01);
  if (init) await runtime.kill(l01, init);
});

test('one that does not run is not asked anything', async () => {
  expect(await runtime.attach(l01, ['true'], 1_000)).toMatchObject({ code: null, stderr: expect.stringContaining('stopped') });
  expect(daemon.asked).toEqual([]);
});

test('what it is like is judged as every container is', async () => {
  const problems = await lockerProblems({ config, paths: boxPaths(config), log: () => {} }, l01);
  expect(problems.map(({ code }) => code)).toEqual([
    'halt-signal-missing',
    'mount-missing',
    'mount-missing',
    'me-not-mounted',
    'autostart-on',
  ]);
  expect(problems.at(-1)?.detail).toBe('lxc config show l01: lxc.start.auto = 1');
});

const adopted = (text: string) =>
  `${text.replace('start.auto = 1', 'start.auto = 0')}lxc.mount.entry = /v/code code none bind,ro,create=dir 0 0\n`;

test('an adoption and its undoing: kept in the instance itself, which is as it was afterwards', async () => {
  Object.assign(instance(), { config: { 'limits.cpu': '2' }, devices: { a: { type: 'disk', source: '/srv', path: '/srv' } } });
  const before = structuredClone(instance());
  const text = await configuration.text(l01);
  const wanted = await configuration.asWritten(l01, { text: adopted(text), difference: [], problems: [] });
  expect(wanted).toMatchObject({
    problems: [],
    difference: ['+ config boot.autostart: false', expect.stringContaining('+ device lockstep-code')],
  });
  await configuration.keepOriginal(l01, text);
  const { now } = await configuration.digests(l01);
  await configuration.write(l01, wanted.text);
  expect(await configuration.text(l01)).toBe(wanted.text);
  expect(instance().devices).toMatchObject({ a: {}, 'lockstep-code': { source: '/v/code', path: '/code', readonly: 'true' } });
  expect((await configuration.digests(l01)).original).toBe(now);
  instance().config['limits.cpu'] = '4';
  await configuration.bringBack(l01);
  expect(instance()).toMatchObject({ devices: before.devices, config: { 'limits.cpu': '4' } });
  expect(await configuration.digests(l01)).toEqual({ now, original: null });
});

test('one that was edited meanwhile is not taken for the original, and one that runs is not written', async () => {
  const text = await configuration.text(l01);
  instance().devices['b'] = { type: 'disk', source: '/b', path: '/b' };
  await expect(configuration.keepOriginal(l01, text)).rejects.toMatchObject({ details: { code: 'WorldChanged' } });
  running();
  await expect(configuration.write(l01, text)).rejects.toMatchObject({
    details: { code: 'LockerUnfit', cure: expect.stringContaining('lockerctl stop l01') },
  });
  expect(daemon.asked).toEqual([]);
});

test('a refusal of the daemon is told in its words', async () => {
  daemon.fails = 'Invalid devices';
  await expect(configuration.write(l01, await configuration.text(l01))).rejects.toMatchObject({
    details: { evidence: ['Invalid devices'] },
  });
});

test('a daemon that is not there is said to be missing, by its name', async () => {
  const away = runtimeOf({ ...config, kind: 'incus', lxcPath: '/nowhere/containers' }, boxPaths(config));
  await expect(away.list()).rejects.toMatchObject({
    details: { code: 'LxcMissing', sentence: 'No incus answers on this box.', cure: expect.stringContaining('lxcPath') },
  });
});

test.each(['lxd', 'incus'] as const)('a locker of %s is neither added nor removed, and it is said by what it can be', (kind) => {
  const client = kind === 'incus' ? 'incus' : 'lxc';
  expect(() => refuseInstances({ config: { ...config, kind } }, 'added')).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ cure: expect.stringContaining(`${client} launch`) }) }),
  );
  expect(() => refuseInstances({ config: { ...config, kind } }, 'removed')).toThrow(/removed by Lockstep yet/);
  expect(() => refuseInstances({ config: { ...config, kind: 'lxc' } }, 'added')).not.toThrow();
});
