/**
 * The version directories of a locker and its one link. A version is complete when its REVISION
 * parses (it is written last, and the directory gets its number by a rename) and its code and config
 * are there. `current` only ever moves by a rename, so it always names a complete version (I3).
 */
import { open, readFile, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import { LockerName } from '../../domain/model/ids';
import type { Digest, ReleaseId } from '../../domain/model/ids';
import { Revision } from '../../domain/model/release';
import type { BoxContext } from '../context';

type Place = Pick<BoxContext, 'paths'>;

/** Ascending; unfinished ones (`.tmp-…`) left out. */
export async function versionsOf(box: Place, locker: LockerName): Promise<number[]> {
  const names = await readdir(box.paths.versions(locker)).catch(() => []);
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b);
}

export async function lockersWithVersions(box: Place): Promise<LockerName[]> {
  const names = await readdir(box.paths.lockersRoot).catch(() => []);
  return names.flatMap((name) => LockerName.safeParse(name).data ?? []).toSorted();
}

/** null: not there, torn, or not of this format; then the version does not count as complete. */
export async function readRevision(box: Place, locker: LockerName, version: number): Promise<Revision | null> {
  const text = await readFile(join(box.paths.version(locker, version), 'REVISION'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const parsed = Revision.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.version === version ? parsed.data : null;
  } catch {
    return null;
  }
}

/** null: somebody took a part of it away, or it was never whole. */
export async function completeRevision(box: Place, locker: LockerName, version: number): Promise<Revision | null> {
  const folder = box.paths.version(locker, version);
  const parts = await Promise.all(['code', 'config'].map((part) => isFolder(join(folder, part))));
  return parts.every(Boolean) ? readRevision(box, locker, version) : null;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

export interface Goal {
  readonly release: ReleaseId;
  /** Of the rendered config: one release may have had several. Undefined: the newest. */
  readonly configDigest?: Digest | undefined;
}

export async function newestVersionOf(box: Place, locker: LockerName, { release, configDigest }: Goal): Promise<number | null> {
  for (const version of (await versionsOf(box, locker)).toReversed()) {
    const revision = await completeRevision(box, locker, version);
    if (revision?.release.id === release && revision.config.digest === (configDigest ?? revision.config.digest)) return version;
  }
  return null;
}

export async function currentVersion(box: Place, locker: LockerName): Promise<number | null> {
  const target = await readlink(box.paths.current(locker)).catch(() => null);
  const version = /^versions\/([1-9]\d*)$/.exec(target ?? '')?.[1];
  return version === undefined ? null : Number(version);
}

/** Atomic and durable. Refuses a version that is not complete. */
export async function switchTo(box: Place, locker: LockerName, version: number): Promise<void> {
  if ((await completeRevision(box, locker, version)) === null) {
    throw new Fault('LockerUnfit', `Version ${version} of locker ${locker} is not complete, so nothing was switched.`, {
      evidence: [box.paths.version(locker, version)],
      cure: 'Stage the release again.',
    });
  }
  const link = box.paths.current(locker);
  const temporary = `${link}.tmp`;
  await rm(temporary, { force: true });
  await symlink(`versions/${version}`, temporary);
  await rename(temporary, link);
  await syncFolder(box.paths.locker(locker));
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
