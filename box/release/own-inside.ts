/** Files of a locker with an id map get the owners that they are meant to have inside it. */
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerInside } from '../inspect/id-map';
import type { IdMap } from '../inspect/id-map';

/** The whole tree; links themselves and never what they lead to. */
export async function ownInside(map: IdMap, path: string): Promise<void> {
  if (map.length === 0) return;
  const seen = await lstat(path);
  const owner = ownerInside(map, seen);
  if (owner.uid !== seen.uid || owner.gid !== seen.gid) {
    await lchown(path, owner.uid, owner.gid);
    // The kernel takes set-uid and set-gid off with the owner.
    if (!seen.isSymbolicLink()) await chmod(path, seen.mode & 0o7777);
  }
  if (!seen.isDirectory()) return;
  for (const name of await readdir(path)) await ownInside(map, join(path, name));
}
