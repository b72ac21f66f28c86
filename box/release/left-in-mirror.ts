/**
 * What a git that died left in a mirror: its `*.lock` files would refuse every later fetch, and half
 * received packs fill the disk. Nobody but lockerd writes there, one fetch at a time, so whatever is
 * found before a fetch is of an earlier life; a git of that life that still runs is ended first.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcessesWith } from './end-processes';

/** No ref's name ends on `.lock`; what a ref may be called otherwise is not judged. */
const LEFT = /\.lock$|^objects\/(?:.*\/)?tmp_(?:pack|idx|rev|obj|objdir)[_-][^/]*$/;

/** In the environment of each fetch; the slash ends the path. */
export const mirrorEntry = (mirror: string) => ({ LOCKSTEP_MIRROR: `${mirror}/` });

export async function clearLeft(mirror: string): Promise<void> {
  const left = (await readdir(mirror, { recursive: true })).filter((path) => LEFT.test(path));
  if (left.length === 0) return;
  await endProcessesWith(`LOCKSTEP_MIRROR=${mirrorEntry(mirror).LOCKSTEP_MIRROR}`);
  for (const path of left) await rm(join(mirror, path), { recursive: true, force: true });
}
