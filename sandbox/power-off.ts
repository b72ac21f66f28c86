/**
 * Takes the power from a box: every process of it and its lockers ends at once, and what a machine
 * keeps in memory only (cgroups, /run) is gone. Its disk and its network stay.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../domain/faults';
import { pidsInCgroups, removeCgroups, thawCgroups } from './box-cgroups';
import { pidsIn, wordsOf } from './box-processes';
import { boxLayout } from './sandbox-layout';
import { lxcBox } from './sandbox-state';
import type { BoxState, LxcBox } from './sandbox-state';

const GONE_WITHIN_MS = 30_000;
const MONITORS_END_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 25;

export async function powerOff(any: BoxState): Promise<void> {
  const box = lxcBox(any);
  await thawCgroups(box.netns);
  await endProcesses(box);
  await removeCgroups(box.netns);
  for (const name of await readdir(box.runFolder).catch(() => []))
    await rm(join(box.runFolder, name), { recursive: true, force: true });
  for (const locks of lxcLocks(box)) await rm(locks, { recursive: true, force: true });
}

/** LXC keeps its locks by the path of its containers: root's, and where it runs otherwise. */
export const lxcLocks = ({ folder }: BoxState): string[] =>
  ['/run/lxc/lock', '/run/lock/lxc'].map((locks) => join(locks, boxLayout(folder).lxc));

/**
 * Again and again: what is killed last may have started something just before. A locker's monitor
 * is left to end by itself when its locker has gone, since it clears the locker's cgroups away.
 */
async function endProcesses({ netns, name }: LxcBox): Promise<void> {
  const began = performance.now();
  for (;;) {
    const pids = await pidsIn(netns);
    if (pids.length === 0 && (await pidsInCgroups(netns)).length === 0) return;
    const patient = performance.now() - began < MONITORS_END_WITHIN_MS;
    if (pids.length === 0) for (const pid of await pidsInCgroups(netns)) kill(pid);
    for (const pid of pids) for (const victim of patient ? await victimsOf(pid) : [pid]) kill(victim);
    if (performance.now() - began > GONE_WITHIN_MS) {
      throw new Fault('CommandFailed', `Processes of box ${name} do not end.`, { evidence: [`still there: ${pids.join(', ')}`] });
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** A monitor's only child is the init of its locker. In the background it goes by a name of its own. */
async function victimsOf(pid: number): Promise<number[]> {
  const [program = ''] = await wordsOf(pid);
  if (!program.startsWith('[lxc monitor]') && basename(program) !== 'lxc-start') return [pid];
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children
    .split(' ')
    .filter((text) => text.trim() !== '')
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
