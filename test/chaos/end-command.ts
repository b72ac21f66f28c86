/** Ends a command with all that it started beside itself. */
import { readFile } from 'node:fs/promises';
import type { Running } from '../support/cli';

export async function endCommand({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  for (const pid of await withChildren(child.pid)) kill(pid);
}

/** Children first: the launcher of the command would otherwise leave them behind. */
export async function withChildren(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').map(Number).filter(Boolean);
  return [...(await Promise.all(children.map(withChildren))).flat(), pid];
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
