import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endProcess } from '../../embedded/end-process';
import { identityOf, isAlive } from '../../embedded/process-identity';
import type { ProcessRecord } from '../../embedded/process-record';

const started: ChildProcess[] = [];

async function aProcess(code: string): Promise<ProcessRecord> {
  const child = spawn(process.execPath, ['-e', `${code}; process.stdout.write('up'); setInterval(() => {}, 1000)`]);
  started.push(child);
  await once(child.stdout, 'data');
  const pid = child.pid as number;
  return { format: 1, pid, identity: identityOf(pid) ?? '', at: '', fingerprint: '', detail: {} };
}

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

test('a process is ended by SIGTERM', async () => {
  const record = await aProcess('');
  expect(await endProcess(record, 5_000)).toBe('ended');
  expect(isAlive(record.pid, record.identity)).toBe(false);
});

test('one that ignores SIGTERM is killed at the deadline', async () => {
  const record = await aProcess("process.on('SIGTERM', () => {})");
  expect(await endProcess(record, 200)).toBe('killed');
  expect(isAlive(record.pid, record.identity)).toBe(false);
});

test('a process that only has the pid of the record is left alone', async () => {
  const record = await aProcess('');
  expect(await endProcess({ ...record, identity: 'another boot/1' }, 200)).toBe('was-gone');
  expect(isAlive(record.pid, record.identity)).toBe(true);
});

test('a zombie counts as gone', async () => {
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(parent);
  const [text] = (await once(parent.stdout, 'data')) as [Buffer];
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(identityOf(Number(text.toString()))).toBeNull();
});
