/** The port to LXC on real containers in the states that are neither up nor down, and with names that LXC hashes. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lxc } from '../../box/lxc/lxc';
import { makeLxc } from '../../box/lxc/make-lxc';
import { boxPaths } from '../../box/paths';
import type { LockerName } from '../../domain/model/ids';
import { BoxConfig } from '../../domain/protocol/box-config';

jest.setTimeout(120_000);

const INIT = `trap 'exit 0' TERM\nwhile :; do sleep 0.05; done\n`;
const START_MS = 20_000;

let folder: string;
let made: LockerName[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-st-'));
  made = [];
});
afterEach(async () => {
  for (const name of made) lxc('lxc-stop', name, '-k');
  // Their hooks write there.
  for (const name of made) await until(async () => (await aPort().see(name)).state === 'stopped');
  rmSync(folder, { recursive: true, force: true });
});

const lxcPath = () => join(folder, 'lxc');
/** As a lockerd that has just been started: it has seen nothing yet. */
function aPort(): Lxc {
  const config = BoxConfig.parse({
    format: 1,
    box: 'lxc12',
    root: join(folder, 'locker'),
    data: join(folder, 'Me'),
    lxcPath: lxcPath(),
    lockerPattern: '[a-z]+',
    socket: join(folder, 'lockerd.sock'),
    log: join(folder, 'lockerd.log'),
  });
  return makeLxc(config, boxPaths(config));
}

function container(name: string, ...more: string[]): LockerName {
  const rootfs = join(lxcPath(), name, 'rootfs');
  const places = ['bin', 'sbin', 'lib', 'lib64', 'usr'];
  for (const place of [...places, 'proc', 'sys', 'dev']) mkdirSync(join(rootfs, place), { recursive: true });
  writeFileSync(join(rootfs, 'init.sh'), INIT);
  const lines = [
    `lxc.rootfs.path = dir:${rootfs}`,
    ...places.map((place) => `lxc.mount.entry = /${place} ${place} none bind,ro 0 0`),
    'lxc.mount.auto = proc:mixed sys:ro cgroup:mixed',
    'lxc.apparmor.profile = unconfined',
    'lxc.net.0.type = empty',
    'lxc.signal.halt = SIGTERM',
    'lxc.init.cmd = /bin/sh /init.sh',
    ...more,
  ];
  writeFileSync(join(lxcPath(), name, 'config'), `${lines.join('\n')}\n`);
  made.push(name as LockerName);
  return name as LockerName;
}

const hook = (kind: string, seconds: number) => `lxc.hook.${kind} = /bin/sh -c 'sleep ${seconds}; touch ${join(folder, kind)}'`;
const ended = (kind: string) => existsSync(join(folder, kind));
const until = async (what: () => Promise<boolean>) => {
  const end = performance.now() + 30_000;
  while (!(await what())) {
    if (performance.now() > end) throw new Error('it did not happen within 30 s');
    await sleep(50);
  }
};
/** By hand, with the path as people type it. */
const lxc = (command: string, name: string, ...more: string[]) =>
  spawnSync(command, ['-P', `${lxcPath()}/`, '-n', name, ...more], { encoding: 'utf8' }).stdout.trim();
const realState = (name: LockerName) => lxc('lxc-info', name, '-s', '-H');

test('one that runs is never called stopped, whatever the length of its name', async () => {
  const room = Buffer.byteLength(`${lxcPath()}//command`);
  const short = container('ada');
  const long = [104, 105, 106, 107, 140].map((bytes) => container('a'.repeat(bytes - room)));
  const all = [short, ...long];
  const first = aPort();
  for (const name of all) expect(await first.start(name, START_MS)).toEqual({ ok: true });
  const fresh = aPort();
  for (const name of all) {
    // Another init than the one that is remembered, as after a restart by hand.
    expect([name.length, realState(name), (await fresh.see(name)).state]).toEqual([name.length, 'RUNNING', 'running']);
  }
  for (const name of all) {
    lxc('lxc-stop', name, '-k');
    lxc('lxc-start', name);
    expect([name.length, (await fresh.see(name)).state, (await first.see(name)).state]).toEqual([
      name.length,
      'running',
      'running',
    ]);
  }
  for (const name of all) {
    const { init } = await fresh.see(name);
    if (init) await fresh.signalStop(name, init);
    expect([name.length, await fresh.waitStopped(name, START_MS), realState(name)]).toEqual([name.length, true, 'STOPPED']);
  }
});

test('a life has ended when its stop hooks have, and not when LXC says STOPPED', async () => {
  const name = container('ada', hook('stop', 0.5), hook('post-stop', 4));
  const port = aPort();
  await port.start(name, START_MS);
  const { init } = await port.see(name);
  if (init) await port.signalStop(name, init);
  await until(async () => realState(name) === 'STOPPED');
  expect(ended('post-stop')).toBe(false);
  expect(await port.see(name)).toMatchObject({ state: 'other', init: null });
  // Between two hooks it has no child for a moment.
  const hooks = /LXC says STOPPED.*\nprocess \d+: .*sleep 4/;
  await until(async () => hooks.test((await port.see(name)).evidence?.join('\n') ?? ''));
  // A lockerd that was restarted meanwhile knows it too.
  expect(await aPort().see(name)).toMatchObject({ state: 'other' });
  expect(await port.waitStopped(name, 100)).toBe(false);
  expect(await port.waitStopped(name, START_MS)).toBe(true);
  expect([ended('post-stop'), (await port.see(name)).state]).toEqual([true, 'stopped']);
});

test('after a crash or a kill the hooks count as well, of one that was started by hand too', async () => {
  const name = container('ada', hook('post-stop', 1.5));
  lxc('lxc-start', name);
  const port = aPort();
  const { init } = await port.see(name);
  if (init) await port.kill(name, init);
  await until(async () => realState(name) === 'STOPPED');
  expect(await port.see(name)).toMatchObject({ state: 'other', init: null });
  expect(await aPort().see(name)).toMatchObject({ state: 'other', init: null });
  expect(await port.waitStopped(name, START_MS)).toBe(true);
  expect(ended('post-stop')).toBe(true);
});

test('a start takes the time that it is given, and one that takes longer goes on: neither up nor down, then up', async () => {
  const name = container('ada', hook('pre-start', 2));
  const port = aPort();
  const began = performance.now();
  const started = await port.start(name, 500);
  expect(performance.now() - began).toBeLessThan(1_900);
  expect(started).toMatchObject({ ok: false });
  expect(JSON.stringify(started)).toMatch(/it goes on.*sleep 2/);
  expect(await port.see(name)).toMatchObject({ state: expect.stringMatching(/other|running/) as string });
  await until(async () => (await port.see(name)).state === 'running');
  expect([ended('pre-start'), realState(name)]).toEqual([true, 'RUNNING']);
});

test('what a command inside came to is told from that it could not be run there', async () => {
  const name = container('ada');
  const port = aPort();
  const code = async (...argv: string[]) => (await port.attach(name, argv, 5_000)).code;
  expect(await code('/bin/true')).toBeNull();
  await port.start(name, START_MS);
  expect(await code('/bin/true')).toBe(0);
  expect(await code('/bin/sh', '-c', 'echo no >&2; exit 1')).toBe(1);
  expect(await code('/bin/nosuch')).toBe(127);
  lxc('lxc-freeze', name);
  const frozen = await port.attach(name, ['/bin/true'], 5_000);
  expect(frozen).toMatchObject({ code: null, timedOut: false, stderr: expect.stringContaining('frozen') as string });
  await port.unfreeze(name);
  expect(await code('/bin/true')).toBe(0);
});

test('a command that is cut off as its locker is frozen under it is answered at its deadline', async () => {
  const name = container('ada');
  const port = aPort();
  await port.start(name, START_MS);
  const asked = port.attach(name, ['/bin/sh', '-c', 'sleep 1; echo late'], 1_500);
  await sleep(300);
  lxc('lxc-freeze', name);
  expect(await asked).toMatchObject({ timedOut: true });
  await port.unfreeze(name);
});

const byPath = (path: string, command: string, name: string, ...more: string[]) =>
  spawnSync(command, ['-P', path, '-n', name, ...more], { encoding: 'utf8' }).stdout.trim();

test.each([
  ['a link', () => join(folder, 'link')],
  ['a link beside a long name', () => join(folder, `link-${'a'.repeat(90)}`)],
  ['doubled slashes', () => lxcPath().replaceAll('/', '//')],
  ['steps up and down', () => `${lxcPath()}/../lxc/.`],
])('one that was started by hand by another spelling of the path runs, and is stopped by it: %s', async (_, spelled) => {
  mkdirSync(lxcPath());
  if (!existsSync(spelled())) symlinkSync('lxc', spelled());
  const [name, other] = [container('ada', hook('post-stop', 1)), container('ben')];
  const port = aPort();
  await port.start(other, START_MS);
  expect((await port.see(name)).state).toBe('stopped');
  byPath(spelled(), 'lxc-start', name);
  expect([byPath(spelled(), 'lxc-info', name, '-s', '-H'), realState(name)]).toEqual(['RUNNING', 'STOPPED']);
  expect([(await port.see(name)).state, (await aPort().see(name)).state]).toEqual(['running', 'running']);
  expect((await port.attach(name, ['/bin/true'], 5_000)).code).toBe(0);
  byPath(spelled(), 'lxc-freeze', name);
  const { state, init } = await port.see(name);
  expect(state).toBe('frozen');
  await port.unfreeze(name);
  expect((await port.see(name)).init).toEqual(init);
  if (init) expect((await port.signalStop(name, init)).code).toBe(0);
  expect([await port.waitStopped(name, START_MS), ended('post-stop')]).toEqual([true, true]);
  expect(await port.start(name, START_MS)).toEqual({ ok: true });
  expect([(await port.see(name)).state, realState(name)]).toEqual(['running', 'RUNNING']);
});

test('one that was started in the foreground from a folder is not called stopped, and its process is named', async () => {
  const name = container('ada');
  const port = aPort();
  expect((await port.see(name)).state).toBe('stopped');
  const by = spawn('lxc-start', ['-P', 'lxc', '-F', name], { cwd: folder, stdio: 'ignore' });
  try {
    await until(async () => (await port.see(name)).state !== 'stopped');
    expect(await port.see(name)).toMatchObject({ state: 'other', init: null });
    expect((await aPort().see(name)).evidence?.join()).toContain(`process ${by.pid}`);
  } finally {
    spawnSync('lxc-stop', ['-P', 'lxc', '-k', name], { cwd: folder });
  }
  await until(async () => (await port.see(name)).state === 'stopped');
});

test('a container of the same name and path on another root is another one', async () => {
  const name = container('ada');
  const port = aPort();
  const beside = join(folder, 'beside');
  const start = `cp -r ${lxcPath()} ${beside} && mount --bind ${beside} ${lxcPath()} && exec lxc-start -P ${lxcPath()} -n ${name} -F`;
  const by = spawn('unshare', ['-mn', 'sh', '-c', start], { stdio: 'ignore' });
  const gone = new Promise((resolve) => by.once('exit', resolve));
  await until(async () => existsSync(`/proc/${by.pid}/task/${by.pid}/children`) && initOfMonitor(by.pid) !== '');
  try {
    expect([(await port.see(name)).state, (await aPort().see(name)).state]).toEqual(['stopped', 'stopped']);
  } finally {
    by.kill('SIGTERM');
    await gone;
  }
});
const initOfMonitor = (pid = 0) => spawnSync('pgrep', ['-P', String(pid), '-f', 'init.sh'], { encoding: 'utf8' }).stdout.trim();

test('one that is being started by hand is neither up nor down, by whatever spelling', async () => {
  const name = container('ada', hook('pre-start', 4));
  symlinkSync('lxc', join(folder, 'link'));
  const port = aPort();
  expect((await port.see(name)).state).toBe('stopped');
  for (const path of [lxcPath(), join(folder, 'link')]) {
    const by = spawn('lxc-start', ['-P', path, '-n', name, '-F'], { stdio: 'ignore' });
    await until(async () => realHooks(by.pid).includes('sleep 4'));
    // Without waiting for the hook, as LXC does with its answer.
    const seen = await port.see(name);
    expect([seen.state, realHooks(by.pid)]).toEqual(['other', expect.stringContaining('sleep 4')]);
    expect(seen.evidence?.join()).toContain('sleep 4');
    await until(async () => (await port.see(name)).state === 'running');
    byPath(path, 'lxc-stop', name, '-k');
    await until(async () => (await port.see(name)).state === 'stopped');
  }
});
const realHooks = (pid = 0) => spawnSync('pgrep', ['-P', String(pid), '-a'], { encoding: 'utf8' }).stdout;
