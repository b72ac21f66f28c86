/**
 * What a build left running. Known by the HOME that it was given, which its children keep when they
 * leave its process group; one that lockerd's own end orphaned is known by it too.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A killed process is gone in milliseconds, unless a sick disk holds it: then its tree's new name must do. */
const TURNS = 50;
const TURN_MS = 20;

/** Ends, at once, each process whose HOME begins so. */
export async function endBuildProcesses(homePrefix: string): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const pids = await processesAtHome(homePrefix);
    if (pids.length === 0) return;
    pids.forEach(kill);
    await sleep(TURN_MS);
  }
}

async function processesAtHome(homePrefix: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((one) => /^\d+$/.test(one))) {
    // Empty for a zombie and for the kernel's own.
    const environ = await readFile(join('/proc', name, 'environ'), 'utf8').catch(() => '');
    if (environ.split('\0').some((entry) => entry.startsWith(`HOME=${homePrefix}`))) found.push(Number(name));
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
