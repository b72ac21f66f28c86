/** The sample service as a plain process: what it answers, how it ends, what it writes down. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataReport } from '../support/data-report';
import { freePort } from '../support/loopback-sshd';

jest.setTimeout(30_000);

const BUILD = '4-gabcdef012345';
let folder: string;
let port: number;
let child: ChildProcess | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-service-'));
  port = await freePort();
  mkdirSync(join(folder, 'Me'));
  cpSync(join(__dirname, '../../sandbox/locker-service'), join(folder, 'code'), { recursive: true });
  writeFileSync(join(folder, 'code/build.json'), JSON.stringify({ build: BUILD }));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const misbehaves = (how: object) => writeFileSync(join(folder, 'Me/.misbehave.json'), JSON.stringify(how));

/** Resolves with its exit code. */
function begin(jobs: object = { everyMs: 20, medianMs: 30 }): Promise<number | null> {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ port, startCpuMs: 5, jobs }));
  const env = { ...process.env, LOCKER_ME: join(folder, 'Me'), LOCKER_CONFIG: join(folder, 'config.json') };
  const started = spawn(process.execPath, [join(folder, 'code/locker.js')], { env, stdio: 'ignore' });
  child = started;
  return new Promise((resolve) => started.once('exit', resolve));
}

async function begun(jobs?: object): Promise<{ ended: Promise<number | null> }> {
  const ended = begin(jobs);
  for (let tries = 0; tries < 100 && (await ask('/health')) === null; tries++) await sleep(50);
  return { ended };
}

async function ask(path: string, method = 'GET'): Promise<Record<string, unknown> | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: response.status, ...((await response.json()) as object) };
  } catch {
    return null;
  }
}

const events = () =>
  readFileSync(join(folder, 'Me/.boot-log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: string }).event);
const data = () => dataReport(readFileSync(join(folder, 'Me/data'), 'utf8'));

test('it names its build, and is busy until it is quiesced and its work is done', async () => {
  await begun({ everyMs: 20, medianMs: 200, sigma: 0 });
  expect(await ask('/core/revision')).toMatchObject({ status: 200, build: BUILD });
  expect(await ask('/core/idle')).toMatchObject({ idle: false, quiesced: false });
  await ask('/core/quiesce', 'POST');
  await sleep(600);
  expect(await ask('/core/idle')).toMatchObject({ idle: true, quiesced: true });
  await ask('/core/unquiesce', 'POST');
  await sleep(100);
  expect(await ask('/core/idle')).toMatchObject({ idle: false, quiesced: false });
});

test('SIGTERM finishes the work in flight and exits with 0', async () => {
  const { ended } = await begun({ everyMs: 20, medianMs: 300, sigma: 0 });
  child?.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(events()).toEqual(['boot', 'signal', 'exit']);
  expect(data()).toMatchObject({ broken: null, lost: 0 });
  expect(data().accepted).toBe(data().done);
});

test('a second SIGTERM aborts with 1, and the next start knows what was lost', async () => {
  const { ended } = await begun({ everyMs: 20, medianMs: 5_000, sigma: 0 });
  child?.kill('SIGTERM');
  await sleep(100);
  child?.kill('SIGTERM');
  expect(await ended).toBe(1);
  expect(events()).toEqual(['boot', 'signal', 'signal', 'abort']);
  await begun();
  expect(data().broken).toBeNull();
  expect(data().lost).toBeGreaterThan(0);
});

test('ignoring TERM, it serves on', async () => {
  misbehaves({ kind: 'ignore-term' });
  await begun();
  child?.kill('SIGTERM');
  await sleep(200);
  expect(await ask('/health')).toMatchObject({ status: 200 });
  expect(events()).toEqual(['boot', 'signal']);
});

test('never idle, it says so although nothing runs', async () => {
  misbehaves({ kind: 'never-idle' });
  await begun();
  await ask('/core/quiesce', 'POST');
  await sleep(300);
  expect(await ask('/core/idle')).toMatchObject({ idle: false, running: 0, quiesced: true });
});

test('crashing at 50 ms, it is gone before it could be proven', async () => {
  misbehaves({ kind: 'crash-50ms' });
  expect(await begin()).not.toBe(0);
  expect(events()).toContain('crash');
});

test('with the wrong build it names another one', async () => {
  misbehaves({ kind: 'wrong-build', when: { notBuild: 'another' } });
  await begun();
  expect((await ask('/core/revision'))?.['build']).not.toBe(BUILD);
});

test('told to spare this build, it behaves', async () => {
  misbehaves({ kind: 'wrong-build', when: { notBuild: BUILD } });
  await begun();
  expect(await ask('/core/revision')).toMatchObject({ build: BUILD });
});

test('flapping, it is healthy and unhealthy in turns', async () => {
  misbehaves({ kind: 'flap' });
  await begun();
  const seen = new Set<unknown>();
  for (let look = 0; look < 25; look++) {
    seen.add((await ask('/health'))?.['status']);
    await sleep(100);
  }
  expect(seen).toEqual(new Set([200, 503]));
});

test('a release with a storage format that it does not know ends at once and says why', async () => {
  writeFileSync(join(folder, 'code/release.json'), JSON.stringify({ version: '3', storage: 3 }));
  expect(await begin()).toBe(70);
});

test('a torn chain of data is refused at the start', async () => {
  const { ended } = await begun();
  child?.kill('SIGTERM');
  await ended;
  const file = join(folder, 'Me/data');
  writeFileSync(file, readFileSync(file, 'utf8').replace('accepted', 'acceptee'));
  expect(data().broken).toContain('line 1');
  expect(await begin()).toBe(70);
});
