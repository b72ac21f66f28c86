/** SIGKILL, and back only when the process has gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../../../embedded/process-identity';
import type { Struck } from '../contract';

const LOOK_EVERY_MS = 5;
/** The kernel may be busy with it. */
const GONE_WITHIN_MS = 10_000;

/** `name`: for the line of the run. */
export async function killProcess(name: string, pid: number | null): Promise<string> {
  const identity = pid === null ? null : identityOf(pid);
  if (pid === null || identity === null) return `${name} was not running`;
  process.kill(pid, 'SIGKILL');
  const until = performance.now() + GONE_WITHIN_MS;
  while (identityOf(pid) === identity && performance.now() < until) await sleep(LOOK_EVERY_MS);
  return `${name} ${pid} killed`;
}

/** A strike that is no more than that. */
export async function strikeProcess(name: string, pid: number | null): Promise<Struck> {
  return { what: await killProcess(name, pid), missed: pid === null };
}
