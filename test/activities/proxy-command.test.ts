import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProxyCommand } from '../../activities/adapters/ssh/proxy-command';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lockstep-proxy-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await sleep(20);
}
const alive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

test('what is written comes back through the command', async () => {
  const { socket } = runProxyCommand('cat');
  socket.write('SSH-2.0-x');
  const [said] = await new Promise<[Buffer]>((resolve) => socket.once('data', (chunk: Buffer) => resolve([chunk])));
  expect(said.toString()).toBe('SSH-2.0-x');
  socket.destroy();
});

test('destroying its socket ends the command and what it started', async () => {
  const file = join(folder, 'pids');
  const { socket, evidence } = runProxyCommand(`sh -c 'sleep 600 & echo $$ $! > ${file}; wait'`);
  await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('\n'));
  const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  expect(pids.every(alive)).toBe(true);
  socket.destroy();
  await until(() => !pids.some(alive));
  expect(await evidence()).toEqual([expect.stringMatching(/→ signal SIGHUP$/)]);
});

test('the end of the command closes its socket, and its words are evidence', async () => {
  const { socket, evidence } = runProxyCommand("sh -c 'echo no route to gate >&2; exit 7'");
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(await evidence()).toEqual([expect.stringMatching(/→ exit 7$/), 'no route to gate']);
});
