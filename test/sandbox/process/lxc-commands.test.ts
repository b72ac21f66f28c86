/** The stand-ins for LXC's commands, run as lockerd runs them, on a real process. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as commands from '../../../box/lxc/commands';
import { parseInfo, parseStarted, wasExecuted } from '../../../box/lxc/parse';
import { givenMounts, placesOf } from '../../../box/lxc/places';
import { TARGETS } from '../../../domain/model/targets';
import { LockerName } from '../../../domain/model/ids';
import { processLockerConfig } from '../../../sandbox/process/process-locker-config';

jest.setTimeout(300_000);

const l01 = LockerName.parse('l01');
const nobody = LockerName.parse('l99');
let dir: string;
let lxc: string;
const logs = () => ({ lxc: join(dir, 'lxc.log'), console: join(dir, 'console.log') });
const textOf = (file: string) => readFileSync(file, 'utf8');
const run = ([command = '', ...args]: readonly string[]) =>
  spawnSync(join(dir, 'bin', command), args, { encoding: 'utf8', timeout: 20_000 });
const seen = () => parseInfo(run(commands.info(lxc, l01)).stdout);

/** A version of a locker: it says what it was given, and takes its time to stop. */
function version(name: string): void {
  mkdirSync(join(dir, name, 'code'), { recursive: true });
  mkdirSync(join(dir, name, 'config'));
  const code = "process.on('SIGTERM', () => { console.log('asked'); setTimeout(() => process.exit(0), 300); });";
  writeFileSync(
    join(dir, name, 'code/locker.js'),
    `${code} console.log(JSON.stringify(process.env)); setInterval(() => {}, 1e6);\n`,
  );
}

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-lxc-sh-')));
  lxc = join(dir, 'lxc');
  for (const folder of ['bin', 'lxc/l01', 'me']) mkdirSync(join(dir, folder), { recursive: true });
  for (const command of ['lxc-start', 'lxc-stop', 'lxc-wait', 'lxc-info', 'lxc-attach', 'lxc-freeze', 'lxc-unfreeze']) {
    copyFileSync(join(__dirname, '../../../sandbox/process/lxc.sh'), join(dir, 'bin', command));
    chmodSync(join(dir, 'bin', command), 0o755);
  }
  version('1');
  version('2');
  symlinkSync('1', join(dir, 'current'));
  const places = { node: process.execPath, current: join(dir, 'current'), me: join(dir, 'me') };
  writeFileSync(join(lxc, 'l01/config'), processLockerConfig({ name: 'l01', address: '127.77.1.11', ...places }));
});
afterEach(() => {
  const { pid } = seen();
  if (pid !== null && pid > 1) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

async function start(): Promise<number> {
  const [command = '', ...args] = commands.start(lxc, l01, logs());
  spawn(join(dir, 'bin', command), args, { detached: true, stdio: 'ignore', cwd: '/' }).unref();
  for (let look = 0; look < 500; look += 1) {
    const pid = parseStarted(spawnSync('cat', [logs().lxc], { encoding: 'utf8' }).stdout);
    if (pid !== null && spawnSync('grep', ['-q', 'LOCKER_ME', logs().console]).status === 0) return pid;
    await sleep(20);
  }
  throw new Error('it did not start');
}

test('a locker that is not there, and one that does not run, are told by the codes that LXC has', () => {
  expect(run(commands.info(lxc, nobody)).status).toBe(1);
  expect(run(commands.signalStop(lxc, nobody)).status).toBe(2);
  expect(run(commands.wait(lxc, nobody, { state: 'STOPPED', seconds: 1 })).status).toBe(0);
  expect(seen()).toMatchObject({ state: 'stopped', pid: null });
  expect(run(commands.signalStop(lxc, l01)).status).toBe(2);
  expect(run(commands.version()).status).toBe(0);
});

test('a started locker is the process itself, and is told by environment what containers get by mounts', async () => {
  const pid = await start();
  expect(seen()).toMatchObject({ state: 'running', pid });
  const env = JSON.parse(textOf(logs().console).split('\n')[0] ?? '') as Record<string, string>;
  expect(env).toMatchObject({
    LOCKER_ME: join(dir, 'me'),
    LOCKER_CONFIG: join(dir, '1/config/config.json'),
    LOCKER_ADDRESS: '127.77.1.11',
  });
  expect(textOf(`/proc/${pid}/cmdline`).split('\0')[1]).toBe(join(dir, '1/code/locker.js'));
  expect(run(['lxc-info', '-P', lxc, '-n', l01, '-i', '-H']).stdout.trim()).toBe('127.77.1.11');
});

test('a running locker keeps the folders of its start, whatever the link says meanwhile', async () => {
  const pid = await start();
  rmSync(join(dir, 'current'));
  symlinkSync('2', join(dir, 'current'));
  expect(await placesOf('process', pid, TARGETS)).toEqual({ code: join(dir, '1/code'), config: join(dir, '1/config') });
  expect([...givenMounts(textOf(`/proc/${pid}/environ`)).keys()].toSorted()).toEqual(['Config', 'Me', 'code']);
});

test('a stop signals once and returns; the wait ends with the locker, or with its time', async () => {
  await start();
  expect(run(commands.wait(lxc, l01, { state: 'STOPPED', seconds: 1 })).status).toBe(1);
  expect(run(commands.signalStop(lxc, l01)).status).toBe(0);
  expect(seen().state).toBe('running');
  expect(run(commands.wait(lxc, l01, { state: 'STOPPED', seconds: 10 })).status).toBe(0);
  expect(seen()).toMatchObject({ state: 'stopped', pid: null });
  expect(
    textOf(logs().console)
      .split('\n')
      .filter((line) => line === 'asked'),
  ).toHaveLength(1);
});

test('started twice it is one locker still', async () => {
  const pid = await start();
  const again = run(commands.start(lxc, l01, { lxc: join(dir, 'second.log'), console: join(dir, 'second.console') }));
  expect(again.status).toBe(0);
  expect(textOf(join(dir, 'second.log'))).toContain('already running');
  expect(seen().pid).toBe(pid);
});

test('what can not be mounted is said in the log, and no init was started', () => {
  rmSync(join(dir, 'current'));
  const ran = run(commands.start(lxc, l01, logs()));
  expect(ran.status).toBe(1);
  const log = textOf(logs().lxc);
  expect(log).toContain('Failed to mount');
  expect(wasExecuted(log)).toBe(false);
});

test('a command inside sees the locker’s places, and its exit code is its own', async () => {
  await start();
  const inside = run(commands.attach(lxc, l01, ['sh', '-c', 'cat "$0" && echo "$LOCKER_ME" && exit 7', '/code/locker.js']));
  expect(inside.status).toBe(7);
  expect(inside.stdout).toBe(`${textOf(join(dir, '1/code/locker.js'))}${join(dir, 'me')}\n`);
});

test('a frozen locker is seen frozen, and runs on when it is thawed', async () => {
  const pid = await start();
  expect(run(['lxc-freeze', '-P', lxc, '-n', 'l01']).status).toBe(0);
  expect(seen()).toMatchObject({ state: 'frozen', pid });
  expect(run(commands.unfreeze(lxc, l01)).status).toBe(0);
  expect(seen()).toMatchObject({ state: 'running', pid });
});

test('words that only the real LXC knows are refused, never taken for something else', async () => {
  await start();
  expect(run(['lxc-stop', '-P', lxc, '-n', 'l01', '--nokill']).status).toBe(1);
  expect(run(['lxc-stop', '-P', lxc, '-n', 'l01']).status).toBe(1);
  expect(seen().state).toBe('running');
});
