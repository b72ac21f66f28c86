/**
 * Which directories some process has mounted. By device and inode: with `/var/locker` a filesystem
 * of its own the paths in mountinfo are shorter, and a mounted directory that was renamed is still
 * mounted. Read through /proc/<pid>/root, once for each mount namespace.
 */
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** `dev:ino`. */
export type DirectoryId = string;

export async function directoryId(path: string): Promise<DirectoryId | null> {
  const seen = await stat(path, { bigint: true }).catch(() => null);
  return seen && `${seen.dev}:${seen.ino}`;
}

/** Every directory that is mounted at one of these mount points in some namespace. */
export async function mountedDirectories(mountPoints: readonly string[], proc = '/proc'): Promise<ReadonlySet<DirectoryId>> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const namespaces = new Set<string>();
  const found = new Set<DirectoryId>();
  for (const pid of pids) {
    // A process that ended meanwhile mounts nothing.
    const namespace = await readlink(join(proc, pid, 'ns/mnt')).catch(() => null);
    if (namespace === null || namespaces.has(namespace)) continue;
    namespaces.add(namespace);
    const mountinfo = await readFile(join(proc, pid, 'mountinfo'), 'utf8').catch(() => '');
    const there = new Set(mountinfo.split('\n').map((line) => line.split(' ')[4]));
    for (const point of mountPoints.filter((candidate) => there.has(candidate))) {
      const id = await directoryId(join(proc, pid, 'root', point));
      if (id !== null) found.add(id);
    }
  }
  return found;
}
