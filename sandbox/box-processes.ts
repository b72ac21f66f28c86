/**
 * The processes of a box: all that live in its network namespace, where lockers have namespaces of their
 * own; of a box of processes all that found their commands in its folder.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../box/run';
import { netnsFile } from './make-network';
import { processesOf } from './process/processes-of';
import { boxLayout } from './sandbox-layout';
import type { BoxState } from './sandbox-state';

export async function pidsIn(netns: string): Promise<number[]> {
  if (!existsSync(netnsFile(netns))) return [];
  const ran = await run(['ip', 'netns', 'pids', netns], { timeoutMs: 10_000 });
  const pids = ran.stdout.split('\n').filter((line) => line !== '');
  return pids.map(Number).filter((pid) => pid !== process.pid);
}

/** The words of its command line; none: it is gone. */
export async function wordsOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').filter((word) => word !== '');
}

/** A child that has not become its command yet goes by lockerd's own words. */
export async function lockerdPid(box: BoxState): Promise<number | null> {
  const { bundle } = boxLayout(box.folder);
  const found = new Set<number>();
  for (const pid of await (box.kind === 'lxc' ? pidsIn(box.netns) : processesOf(box))) {
    const [, script, ...rest] = await wordsOf(pid);
    if (script === bundle && rest.includes('lockerd')) found.add(pid);
  }
  for (const pid of found) if (!found.has(await parentOf(pid))) return pid;
  return null;
}

/** 0: it is gone. */
async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
}

const ENDS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Asks lockerd to end, as an upgrade does; its lockers run on, and whoever needs it next starts it. */
export async function endLockerd(box: BoxState): Promise<void> {
  const pid = await lockerdPid(box);
  if (pid === null) return;
  process.kill(pid, 'SIGTERM');
  const until = performance.now() + ENDS_WITHIN_MS;
  while ((await lockerdPid(box)) === pid && performance.now() < until) await sleep(LOOK_EVERY_MS);
}
