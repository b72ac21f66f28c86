/**
 * Files of a scratch repository's index, written into a folder of its own by the attributes of the index alone:
 * its work tree has no file, not even a .gitattributes that attributes made another text.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import { shortly } from './scratch';
import type { Scratch } from './scratch';

export interface WrittenAnew {
  readonly folder: string;
  /** What git says of them, though it writes them all the same. */
  readonly said: string;
}

export async function writeAnew(scratch: Scratch, paths: readonly string[]): Promise<WrittenAnew> {
  const folder = join(scratch.folder, 'again');
  const workTree = join(scratch.folder, 'no-files');
  await mkdir(workTree, { recursive: true });
  const input = paths.map((path) => `${path}\0`).join('');
  const ran = await scratch.try(['checkout-index', '-z', '--stdin', `--prefix=${folder}/`], { input, workTree });
  if (ran.code !== 0) throw new Fault('CommandFailed', 'git checkout-index failed on the box.', { evidence: shortly(ran) });
  return { folder, said: ran.stderr };
}
