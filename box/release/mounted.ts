/**
 * Which directories some process has mounted, wherever. By device and inode: with `/var/locker` a
 * filesystem of its own the paths in mountinfo are shorter, and a mounted directory that was renamed
 * is still mounted. Read through /proc/<pid>/root, once for each mount namespace and root in it.
 */
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isBelow, mountsIn, placeOf } from './mount-table';

/** `dev:ino`. */
export type DirectoryId = string;

export async function directoryId(path: string): Promise<DirectoryId | null> {
  const seen = await stat(path, { bigint: true }).catch(() => null);
  return seen && `${seen.dev}:${seen.ino}`;
}

/**
 * Every mounted directory of the filesystems that hold these folders. Others are not looked at: one
 * that lost its server would never answer. null: a process that can't be looked into mounts some part of
 * these folders, so nobody knows which.
 */
export async function mountedDirectories(folders: readonly string[], proc = '/proc'): Promise<ReadonlySet<DirectoryId> | null> {
  const places = await Promise.all(folders.map(placeOf));
  const devices = new Set(places.map(({ device }) => device));
  const found = new Set<DirectoryId>();
  const looked = new Set<string>();
  for (const pid of (await readdir(proc)).filter((name) => /^\d+$/.test(name))) {
    const folder = join(proc, pid);
    const view = await viewOf(folder);
    if (view === 'ended' || looked.has(view)) continue;
    const mounts = mountsIn(await readFile(join(folder, 'mountinfo'), 'utf8').catch(() => ''));
    if (view === 'hidden') {
      if (mounts.some((mount) => places.some((place) => isBelow(mount, place)))) return null;
      continue;
    }
    for (const { point } of mounts.filter(({ device }) => devices.has(device))) {
      const id = await directoryId(join(folder, 'root', point));
      if (id !== null) found.add(id);
    }
    // One that ended meanwhile may have shown only a part; another of the same view is asked instead.
    if ((await viewOf(folder)) === view) looked.add(view);
  }
  return found;
}

/** Namespace and root: a process in a chroot sees only a part of its namespace. Hidden: it may do more than we may. */
async function viewOf(folder: string): Promise<string> {
  try {
    const namespace = await readlink(join(folder, 'ns/mnt'));
    const { dev, ino } = await stat(join(folder, 'root'), { bigint: true });
    return `${namespace} ${dev}:${ino}`;
  } catch (error) {
    return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '') ? 'ended' : 'hidden';
  }
}
