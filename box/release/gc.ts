/**
 * Garbage collection: versions of lockers, then code that no version names. Spared: every `current`,
 * everything mounted, what open plans came from or wait for, and the newest `keepReleases` of a locker.
 */
import { readdir, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodeId } from '../../domain/model/ids';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { startedFolders } from '../lxc/places';
import { directoryId, mountedDirectories } from './mounted';
import type { DirectoryId } from './mounted';
import { removeUnfinished, takeNameAway } from './unfinished';
import { currentVersion, lockersWithVersions, syncFolder, versionsOf } from './versions';

export interface Sparing {
  readonly keepReleases: number;
  /** Versions that a plan, an owed record or `next` may still need. */
  readonly openFrom: readonly { readonly locker: LockerName; readonly version: number }[];
}

type Mounted = ReadonlySet<DirectoryId>;

/** Paths that were removed, relative to the root. */
export async function collectGarbage(box: BoxContext, sparing: Sparing): Promise<string[]> {
  const lockers = await lockersWithVersions(box);
  const mounted = await mountedDirectories([box.paths.codeRoot, box.paths.lockersRoot]);
  if (mounted === null) {
    box.log('nothing was collected: the mounts of some process can not be read');
    return [];
  }
  const spared = new Set([...mounted, ...(await startedFolders(box.config.kind))]);
  const removed: string[] = [];
  const usedCode = new Set<string>();
  for (const locker of lockers) {
    const { taken, code } = await takeVersionsAway(box, locker, { ...sparing, mounted: spared });
    removed.push(...taken);
    for (const name of code) usedCode.add(name);
  }
  removed.push(...(await takeCodeAway(box, usedCode, spared)));
  // The names are to be gone on disk too, before anything below them is.
  const folders = [...lockers.map((locker) => box.paths.versions(locker)), box.paths.codeRoot];
  for (const folder of new Set(removed.map((path) => dirname(join(box.paths.root, path))))) await syncFolder(folder);
  for (const folder of folders) await removeUnfinished(box, folder);
  return removed;
}

async function takeVersionsAway(box: BoxContext, locker: LockerName, sparing: Sparing & { mounted: Mounted }) {
  const kept = await keptVersions(box, locker, sparing);
  const taken: string[] = [];
  const code: string[] = [];
  for (const version of await versionsOf(box, locker)) {
    const name = await codeNameOf(box, locker, version);
    if (!kept.has(version) && (await takeNameAway(box, box.paths.version(locker, version))))
      taken.push(`lockers/${locker}/versions/${version}`);
    else code.push(name);
  }
  return { taken, code };
}

/** By its link, as LXC follows it: that a REVISION can't be read makes no code superfluous. */
async function codeNameOf(box: BoxContext, locker: LockerName, version: number): Promise<string> {
  return basename(await readlink(join(box.paths.version(locker, version), 'code')).catch(() => ''));
}

async function keptVersions(
  box: BoxContext,
  locker: LockerName,
  { keepReleases, openFrom, mounted }: Sparing & { mounted: Mounted },
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

async function takeCodeAway(box: BoxContext, used: ReadonlySet<string>, mounted: Mounted): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(box.paths.codeRoot).catch(() => [])) {
    const path = join(box.paths.codeRoot, name);
    if (used.has(name) || !CodeId.safeParse(name).success) continue;
    const id = await directoryId(path);
    if (id !== null && mounted.has(id)) continue;
    if (await takeNameAway(box, path)) removed.push(`code/${name}`);
  }
  return removed;
}
