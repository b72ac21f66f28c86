/** Ends one recorded process: SIGTERM, a deadline, SIGKILL. Never one that only has the same pid. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './process-identity';
import type { ProcessRecord } from './process-record';

type ProcessId = Pick<ProcessRecord, 'pid' | 'identity'>;

const LOOK_EVERY_MS = 50;
/** A killed process is gone at once unless the kernel is busy with it. */
const AFTER_KILL_MS = 5_000;

export type HowEnded = 'was-gone' | 'ended' | 'killed' | 'still-there';

export async function endProcess(record: ProcessId, graceMs: number): Promise<HowEnded> {
  if (!isAlive(record.pid, record.identity)) return 'was-gone';
  signal(record.pid, 'SIGTERM');
  if (await gone(record, graceMs)) return 'ended';
  signal(record.pid, 'SIGKILL');
  return (await gone(record, AFTER_KILL_MS)) ? 'killed' : 'still-there';
}

async function gone(record: ProcessId, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (isAlive(record.pid, record.identity)) {
    if (performance.now() > until) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended between the look and the signal: what was wanted.
  }
}
