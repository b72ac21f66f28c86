/**
 * Processes that outlived the lockerd that started them: known by their environment, which children
 * keep when they leave a process group.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A killed process is gone in milliseconds, unless a sick disk holds it: then its tree's new name must do. */
const TURNS = 50;
const TURN_MS = 20;

/** Ends, at once, each process with an entry of its environment that begins so. */
export async function endProcessesWith(entry: string): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const pids = await processesWith(entry);
    if (pids.length === 0) return;
    pids.forEach(kill);
    await sleep(TURN_MS);
  }
}

export async function processesWith(entry: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((one) => /^\d+$/.test(one))) {
    // Empty for a zombie and for the kernel's own.
    const environ = await readFile(join('/proc', name, 'environ'), 'utf8').catch(() => '');
    if (environ.split('\0').some((one) => one.startsWith(entry))) found.push(Number(name));
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
