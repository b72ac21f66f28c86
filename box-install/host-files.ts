/** Files of the host: read as they are, written beside and renamed, with the folders above them remembered. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { FileBefore } from './wanted';

export const digestOf = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

export function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    throw error;
  }
}

export function asItIs(path: string): FileBefore | null {
  const bytes = bytesOf(path);
  if (bytes === null) return null;
  const { mode, uid, gid } = statSync(path);
  return { base64: bytes.toString('base64'), mode: mode & 0o7777, uid, gid };
}

export function linkTarget(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : '';
  } catch {
    return null;
  }
}

/** Beside, synced, then renamed: nobody reads a half-written file, and a running program keeps its own. */
export function writeWhole(path: string, bytes: string | Buffer, rights: { mode: number; uid?: number; gid?: number }): void {
  const beside = besideOf(path);
  writeSynced(beside, bytes, rights);
  renameSync(beside, path);
}

/** sudo and cron leave names with a dot alone. */
export const besideOf = (path: string): string => `${path}.lockstep-new`;

/** What a write that was killed half way left there. */
export const removeBeside = (path: string): void => rmSync(besideOf(path), { force: true });

export function writeSynced(
  path: string,
  bytes: string | Buffer,
  { mode, uid = 0, gid = 0 }: { mode: number; uid?: number; gid?: number },
): void {
  rmSync(path, { force: true });
  const handle = openSync(path, 'wx', mode);
  try {
    const all = Buffer.from(bytes);
    for (let at = 0; at < all.length; ) at += writeSync(handle, all, at);
    fchownSync(handle, uid, gid);
    fchmodSync(handle, mode);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function putBack(path: string, before: FileBefore | null): void {
  if (before === null) rmSync(path, { force: true });
  else writeWhole(path, Buffer.from(before.base64, 'base64'), before);
}

/** Those above it that are not there yet, the outermost first. */
export function missingFolders(path: string): string[] {
  return existsSync(path) ? [] : [...missingFolders(dirname(path)), path];
}

export function makeFolders(folders: readonly string[], rights: { mode: number; uid?: number; gid?: number }): void {
  for (const folder of folders) {
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    const handle = openSync(folder, 'r');
    fchownSync(handle, rights.uid ?? 0, rights.gid ?? 0);
    fchmodSync(handle, rights.mode);
    closeSync(handle);
  }
}

/** Those that nobody else put anything into. Answers which stay. */
export function removeEmpty(folders: readonly string[]): string[] {
  return folders.toReversed().filter((folder) => {
    try {
      rmdirSync(folder);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  });
}
