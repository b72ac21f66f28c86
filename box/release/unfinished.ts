/**
 * Folders on their way in or out have names that begin with `.tmp-`: nobody takes one for a build
 * or a version, and whatever dies half way leaves only such ones, which the next stage or collection removes.
 */
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BoxContext } from '../context';

export const UNFINISHED = '.tmp-';

/** Never the same twice: a process that outlived its stage may still write to the path of its tree. */
export const unfinishedName = (name: string): string => `${UNFINISHED}${name}-${randomBytes(4).toString('hex')}`;

/** Whatever is left there. One that can't go now, such as a mount point, is no reason to stop a stage. */
export async function removeUnfinished(box: Pick<BoxContext, 'log'>, folder: string): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter((one) => one.startsWith(UNFINISHED))) {
    const path = join(folder, name);
    await rm(path, { recursive: true, force: true }).catch((error: Error) => box.log(`${path} stays: ${error.message}`));
  }
}

/**
 * Takes its name away in one step: removing takes many, and what dies between them would leave half
 * a tree under the name of a whole one. False where that can't be, such as on a mount point.
 */
export async function takeNameAway(box: Pick<BoxContext, 'log'>, path: string): Promise<boolean> {
  return rename(path, join(dirname(path), unfinishedName(basename(path)))).then(
    () => true,
    (error: Error) => {
      box.log(`${path} stays: ${error.message}`);
      return false;
    },
  );
}
