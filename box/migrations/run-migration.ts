/**
 * The runner: `lockerd run-migration FOLDER`, a process in a session of its own, so that neither the end
 * of lockerd nor that of its service ends a migration half way. It takes the attempt, or leaves it to
 * whoever has it; runs the command once, under its deadline; and writes down what became of it.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { initOf } from '../lxc/see';
import { claim, outputOf, readBegin, writeResult } from './attempt-folder';
import type { Begin, Result } from './attempt-folder';

/** The end of what it printed is what a person needs. */
const LAST_LINES = 15;
const MAX_LINE = 300;

export async function runMigration(folder: string): Promise<number> {
  const begin = await readBegin(folder);
  const self = initOf(process.pid);
  if (!begin || !self) return 1;
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const mine = await claim(folder, { by: 'runner', ...self, bootId, at: new Date().toISOString() });
  if (!mine) return 0;
  // Whoever ends a service by its group has not asked for half a migration.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  const ended = await runOnce(folder, begin);
  await flush(begin);
  await writeResult(folder, { ...ended, lastLines: lastLinesOf(folder) });
  return 0;
}

/** What it did to the data is on the disk before anything says that it did it: a power cut must not take back one of the two. */
function flush({ env }: Begin): Promise<void> {
  const place = env['LOCKSTEP_ME'] ?? env['LOCKSTEP_DATA'];
  if (place === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const child = spawn('sync', ['-f', place], { env, stdio: 'ignore' });
    // Without that program it is as safe as the command made it.
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

function runOnce(folder: string, { argv, cwd, env, owner, timeoutMs }: Begin): Promise<Omit<Result, 'lastLines'>> {
  const began = performance.now();
  const [command = '', ...args] = argv;
  const output = openSync(outputOf(folder), 'a', 0o600);
  return new Promise((resolve) => {
    let timedOut = false;
    const child = spawn(command, args, {
      cwd,
      env,
      ...owner,
      stdio: ['ignore', output, output],
      // A group of its own, so that its deadline ends all of it.
      detached: true,
    });
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, timeoutMs);
    const end = (how: Pick<Result, 'code' | 'signal' | 'startError'>) => {
      clearTimeout(timer);
      closeSync(output);
      resolve({ ...how, timedOut, tookMs: performance.now() - began });
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      end({ code: null, signal: null, startError: error.code ?? error.message }),
    );
    child.once('exit', (code, signal) => end({ code, signal, startError: null }));
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended this very moment.
  }
}

export function lastLinesOf(folder: string): string[] {
  let text = '';
  try {
    text = readFileSync(outputOf(folder), 'utf8');
  } catch {
    // It printed nothing.
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-LAST_LINES).map((line) => line.slice(0, MAX_LINE));
}
