/**
 * Takes the throwaway locker away, in whatever state it is, whoever left it so. Nothing of it is anybody's,
 * so it is killed and not asked. Its folder goes last: while that is there, so may be the locker.
 */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/faults';
import type { BoxContext } from '../context';
import { onFiles } from '../release/box-files';
import { REHEARSAL, rehearsalBox } from './rehearsal-box';

/** LXC clears away a container within moments of its init's end; one that is just being started must first be there. */
const GONE_MS = 20_000;
const LOOK_MS = 50;

export async function removeRehearsal(box: BoxContext): Promise<void> {
  if (!existsSync(box.paths.rehearsal)) return;
  const inner = rehearsalBox(box);
  const began = box.now();
  for (;;) {
    await killInit(inner);
    const left = await processesOf(inner.config.lxcPath);
    if (left.length === 0) break;
    if (box.now() - began > GONE_MS) left.forEach(kill);
    if (box.now() - began > 2 * GONE_MS) throw stillThere(box, left);
    await sleep(LOOK_MS);
  }
  await onFiles(['rm', '-rf', '--one-file-system', '--', box.paths.rehearsal]);
}

async function killInit({ lxc }: BoxContext): Promise<void> {
  const { state, init } = await lxc.see(REHEARSAL);
  if (init === null) return;
  if (state === 'frozen') await lxc.unfreeze(REHEARSAL);
  await lxc.kill(REHEARSAL, init);
}

/** lxc-start and the monitor that it becomes carry the path in their command lines. */
async function processesOf(lxcPath: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((one) => /^\d+$/.test(one))) {
    const line = await readFile(join('/proc', name, 'cmdline'), 'utf8').catch(() => '');
    if (/lxc/.test(line.split('\0')[0] ?? '') && line.includes(lxcPath)) found.push(Number(name));
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

const stillThere = ({ config }: BoxContext, pids: readonly number[]): Fault =>
  new Fault('CommandFailed', `The throwaway locker of a rehearsal on ${config.box} does not end.`, {
    evidence: [`processes ${pids.join(', ')} still run after a kill`],
  });
