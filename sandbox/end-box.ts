/**
 * Ends one box: every process in its namespace (all of them are ours: we made it), its containers,
 * its network, its folders. Nothing is asked to finish its work: the box goes as a whole.
 */
import { readFile, rm } from 'node:fs/promises';
import { run } from '../box/run';
import { removeNetwork } from './make-network';
import { removePlace } from './place-box';
import { powerOff } from './power-off';
import { endProcessesOf } from './process/processes-of';
import type { BoxState } from './sandbox-state';

export async function endBox(box: BoxState, tag: string): Promise<void> {
  if (box.kind === 'process') await endProcessesOf(box);
  else {
    await powerOff(box);
    await unmountBelow(box.folder);
    await removeNetwork(box);
  }
  await rm(box.runFolder, { recursive: true, force: true });
  await removePlace(box.folder, tag, box.name);
}

/** Tests put small filesystems there. Deepest first. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '');
  for (const point of mounts.filter((mount) => mount.startsWith(`${folder}/`)).toReversed()) {
    await run(['umount', '--lazy', point], { timeoutMs: 10_000 });
  }
}
