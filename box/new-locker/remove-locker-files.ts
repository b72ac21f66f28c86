/**
 * Takes a stopped locker's container, versions and logs away and, when that was said, its owner's data.
 * Each loses its name in one step and then its contents, never across into another filesystem.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { onFiles } from '../release/box-files';
import { UNFINISHED, unfinishedName } from '../release/unfinished';
import { syncFolder } from '../release/versions';

export async function removeLockerFiles(box: BoxContext, locker: LockerName, deleteData: boolean): Promise<void> {
  const { paths } = box;
  const container = dirname(paths.lxcConfig(locker));
  for (const folder of [container, paths.locker(locker), ...(deleteData ? [paths.me(locker)] : [])]) await take(folder);
  for (const log of [paths.bootLog(locker), `${paths.bootLog(locker)}.lxc`]) await rm(log, { force: true });
}

/** Throws where the owner's folder is a filesystem of its own: what is in it is not ours to empty. */
export async function refuseMountedData(
  { paths, config }: Pick<BoxContext, 'paths' | 'config'>,
  locker: LockerName,
): Promise<void> {
  const [own, root] = await Promise.all([stat(paths.me(locker)).catch(() => null), stat(config.data)]);
  if (own === null || own.dev === root.dev) return;
  throw new Fault('LockerUnfit', `${paths.me(locker)} is a filesystem of its own, so its data are not deleted.`, {
    cure: 'Remove the locker without --delete-data, then unmount and erase that filesystem yourself.',
  });
}

async function take(folder: string): Promise<void> {
  const parent = dirname(folder);
  await rename(folder, join(parent, unfinishedName(basename(folder)))).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if ((await readdir(parent).catch(() => null)) === null) return;
  await syncFolder(parent);
  await removeLeft(parent, basename(folder));
}

/** What lost its name, or never got one, by this or an earlier life of lockerd. */
export async function removeLeft(parent: string, name: string): Promise<void> {
  // A name may go on with another dash: `.tmp-a-<8 hex>` is of a, `.tmp-a-b-<8 hex>` is not.
  const mine = new RegExp(`^${UNFINISHED.replace('.', '\\.')}${name}-[0-9a-f]{8}$`);
  for (const left of (await readdir(parent)).filter((one) => mine.test(one)))
    await onFiles(['rm', '-rf', '--one-file-system', '--', join(parent, left)]);
}
