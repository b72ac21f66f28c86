/**
 * Garbage collection: versions of lockers, then code that no version names. Spared: every `current`,
 * everything mounted, what open plans came from or wait for, and the newest `keepReleases` of a locker.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeId, LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { UNFINISHED } from './build-code';
import { directoryId, mountedDirectories } from './mounted';
import type { DirectoryId } from './mounted';
import { currentVersion, lockersWithVersions, readRevision, versionsOf } from './versions';

export interface Sparing {
  readonly keepReleases: number;
  /** Versions that a plan, an owed record or `next` may still need. */
  readonly openFrom: readonly { readonly locker: LockerName; readonly version: number }[];
}

/** Paths that were removed, relative to the root. */
export async function collectGarbage(box: BoxContext, sparing: Sparing): Promise<string[]> {
  const mounted = await mountedDirectories(['/code', '/Config']);
  const removed: string[] = [];
  const usedCode = new Set<CodeId>();
  for (const locker of await lockersWithVersions(box)) {
    const kept = await keptVersions(box, locker, { ...sparing, mounted });
    for (const version of await versionsOf(box, locker)) {
      const revision = await readRevision(box, locker, version);
      if (kept.has(version)) {
        if (revision) usedCode.add(revision.code.id);
        continue;
      }
      await rm(box.paths.version(locker, version), { recursive: true, force: true });
      removed.push(`lockers/${locker}/versions/${version}`);
    }
  }
  return [...removed, ...(await removeCode(box, usedCode, mounted))];
}

async function keptVersions(
  box: BoxContext,
  locker: LockerName,
  { keepReleases, openFrom, mounted }: Sparing & { mounted: ReadonlySet<DirectoryId> },
): Promise<ReadonlySet<number>> {
  const current = await currentVersion(box, locker);
  const versions = await versionsOf(box, locker);
  const kept = new Set<number>(versions.slice(-keepReleases));
  if (current !== null) kept.add(current);
  for (const open of openFrom) if (open.locker === locker) kept.add(open.version);
  for (const version of versions) {
    const config = await directoryId(join(box.paths.version(locker, version), 'config'));
    if (config !== null && mounted.has(config)) kept.add(version);
  }
  return kept;
}

async function removeCode(box: BoxContext, used: ReadonlySet<CodeId>, mounted: ReadonlySet<DirectoryId>): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(box.paths.codeRoot).catch(() => [])) {
    if (used.has(name as CodeId)) continue;
    const path = join(box.paths.codeRoot, name);
    const id = await directoryId(path);
    if (id !== null && mounted.has(id)) continue;
    if (!name.startsWith(UNFINISHED) && !/^c[0-9a-f]{12}$/.test(name)) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(`code/${name}`);
  }
  return removed;
}
