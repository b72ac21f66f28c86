import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../../embedded/process-identity';
import { withLock } from '../../embedded/with-lock';

let folder: string;
let file: string;
const options = { deadlineMs: 5_000, onWait: () => {} };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-lock-'));
  file = join(folder, 'start.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('two at once go in one after the other', async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    withLock(file, options, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(50);
      inside -= 1;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('the lock is given back when the work fails', async () => {
  const failing = withLock(file, options, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that has died is taken over', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid as number;
  await writeFile(file, JSON.stringify({ pid, identity: identityOf(pid) }));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  expect(await withLock(file, options, () => Promise.resolve('in'))).toBe('in');
});

test('the lock of a pid that belongs to another process by now is taken over', async () => {
  await writeFile(file, JSON.stringify({ pid: process.pid, identity: 'another boot/1' }));
  expect(await withLock(file, options, () => Promise.resolve('in'))).toBe('in');
});

test('a living holder is waited for, told once, and not for ever', async () => {
  await writeFile(file, JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }));
  const told: number[] = [];
  const waiting = withLock(file, { deadlineMs: 300, onWait: (pid) => told.push(pid) }, () => Promise.resolve('in'));
  await expect(waiting).rejects.toThrow(`(process ${process.pid}) has held`);
  expect(told).toEqual([process.pid]);
});

test('of many that find the lock of a dead one, each goes in alone', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(3);
    inside -= 1;
  };
  for (let round = 0; round < 10; round += 1) {
    await writeFile(file, JSON.stringify({ pid: process.pid, identity: 'another boot/1' }));
    await Promise.all(Array.from({ length: 12 }, () => withLock(file, { ...options, deadlineMs: 30_000 }, work)));
  }
  expect(most).toBe(1);
}, 60_000);
