/** The sshd of a box: its listener, its sessions, and a new one. */
import { basename } from 'node:path';
import { pidsIn, wordsOf } from '../../../sandbox/box-processes';
import { reviveSshd } from '../../../sandbox/start-sshd';
import type { RolloutWorld } from '../world';
import { killProcess } from './kill-process';

/** Returns how many processes that were. */
export async function killSshd(world: RolloutWorld): Promise<number> {
  return killAll(await sshdPids(world));
}

/** Connections that are open; new ones may be made. */
export async function killSessions(world: RolloutWorld): Promise<number> {
  const listener = (await world.box()).sshd?.pid;
  return killAll((await sshdPids(world)).filter((pid) => pid !== listener));
}

export async function startSshdAgain({ installation }: RolloutWorld): Promise<void> {
  await reviveSshd(installation.sandbox.dir, installation.sandbox.box);
}

/** It reads its files anew. */
export async function restartSshd(world: RolloutWorld): Promise<void> {
  await killSshd(world);
  await startSshdAgain(world);
}

async function killAll(pids: readonly number[]): Promise<number> {
  await Promise.all(pids.map((pid) => killProcess('sshd', pid)));
  return pids.length;
}

/** A session calls itself `sshd: root@notty`. */
async function sshdPids(world: RolloutWorld): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await pidsIn((await world.box()).netns)) {
    const [program = ''] = await wordsOf(pid);
    if (/^sshd(:|$)/.test(basename(program.split(' ')[0] ?? ''))) found.push(pid);
  }
  return found;
}
