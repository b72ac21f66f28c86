/**
 * All processes of a box of processes: SSH server, relays, lockerd, builds and lockers. They are known
 * by where they look for their commands first, which is the box's own folder and nobody else's; that
 * holds whoever started them and whether that still lives.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/faults';
import { boxLayout } from '../sandbox-layout';
import type { ProcessBox } from '../sandbox-state';

const GONE_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 25;

type Placed = Pick<ProcessBox, 'folder'>;

/** Not this process, which may run in the box's own shell. Those of other users can't be read, and are none of ours. */
export async function processesOf({ folder }: Placed): Promise<number[]> {
  const first = `PATH=${boxLayout(folder).bin}:`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const environs = await Promise.all(pids.map((pid) => readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '')));
  return pids.filter((_, at) => environs[at]?.split('\0').some((entry) => entry.startsWith(first))).map(Number);
}

/** Again and again: what is killed last may have started something just before. */
export async function endProcessesOf(box: ProcessBox): Promise<void> {
  const until = performance.now() + GONE_WITHIN_MS;
  for (let pids = await processesOf(box); pids.length > 0; pids = await processesOf(box)) {
    pids.forEach(kill);
    if (performance.now() > until) {
      throw new Fault('CommandFailed', `Processes of box ${box.name} do not end.`, {
        evidence: [`still there: ${pids.join(', ')}`],
      });
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
