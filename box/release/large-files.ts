/**
 * Files that Git LFS keeps beside a repository. In the repository there is a pointer; the content is fetched
 * into the mirror by git-lfs where the box has it. Only what .gitattributes gives to the filter counts: a text
 * that merely looks like a pointer is a text.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BoxContext } from '../context';
import { evidenceOf, run } from '../run';
import { git } from './git';
import { changeMirror } from './mirror';
import { MAX_POINTER, readPointer } from './large-pointer';
import type { LargePointer } from './large-pointer';
import { mirrorEntry } from './left-in-mirror';
import type { Scratch } from './scratch';
import type { Problem } from './tree-problems';
import type { TreeEntry, TreeSource } from './tree-source';

export interface LargeFile extends LargePointer {
  readonly path: string;
}

const FETCH_MS = 10 * 60_000;

/** A release that nobody planned for so long is seldom staged again. */
const KEPT_FOR_MS = 30 * 24 * 60 * 60_000;

/** Of those whose filter is lfs. */
export async function findLargeFiles(scratch: Scratch, entries: readonly TreeEntry[]): Promise<LargeFile[]> {
  if (entries.length === 0) return [];
  const ids = [...new Set(entries.map(({ id }) => id))];
  const sizes = await scratch.ask(['cat-file', '--batch-check=%(objectname) %(objectsize)'], { input: `${ids.join('\n')}\n` });
  const small = sizes.split('\n').flatMap((line) => {
    const [id = '', size] = line.split(' ');
    return id !== '' && Number(size) < MAX_POINTER ? [id] : [];
  });
  const pointers = await readPointers(scratch, small);
  return entries.flatMap(({ id, path }) => {
    const pointer = pointers.get(id);
    return pointer ? [{ path, ...pointer }] : [];
  });
}

async function readPointers(scratch: Scratch, ids: readonly string[]): Promise<Map<string, LargePointer>> {
  const found = new Map<string, LargePointer>();
  if (ids.length === 0) return found;
  let rest = await scratch.ask(['cat-file', '--batch'], { input: `${ids.join('\n')}\n` });
  for (const id of ids) {
    const line = rest.indexOf('\n');
    const size = Number(rest.slice(0, line).split(' ')[2]);
    const pointer = readPointer(rest.slice(line + 1, line + 1 + size));
    if (pointer !== null) found.set(id, pointer);
    rest = rest.slice(line + 2 + size);
  }
  return found;
}

export const storageOf = (mirror: string): string => join(mirror, 'lfs');
export const objectOf = (mirror: string, oid: string): string =>
  join(storageOf(mirror), 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);

/** Fetches what is not there yet. What comes back can't be had. */
export async function ensureLargeFiles(
  box: BoxContext,
  scratch: Scratch,
  { source, files }: { source: TreeSource; files: readonly LargeFile[] },
): Promise<Problem[]> {
  if (files.length === 0) return [];
  if ((await run(['git-lfs', 'version'], { timeoutMs: 30_000 })).code !== 0)
    return files.map(({ path }) => ({
      path: source.at + path,
      what: `kept by Git LFS, and ${box.config.box} has no git-lfs`,
      cure: INSTALL,
    }));
  const before = await missingOf(source, files);
  if (before.length === 0) return [];
  if (source.origin.pushed)
    return before.map(({ path }) => ({
      path: source.at + path,
      what: 'kept by Git LFS, which is not pushed to the box',
      cure: PUSHED,
    }));
  const said = await changeMirror(source.mirror, async () => {
    await dropOld(box, source, files);
    return fetchLargeFiles(scratch, source);
  });
  const after = await missingOf(source, files);
  return after.map(({ path, oid }) => ({
    path: source.at + path,
    what: `its content ${oid} can not be had by Git LFS: ${said}`,
    cure: FETCH,
  }));
}

const INSTALL = 'On the box: apt-get install git-lfs. Then plan again.';
const PUSHED = 'Let the box fetch (no `stage: push`), or keep the files in the repository itself.';
const FETCH = 'Push the files with `git lfs push`, and check the way from the box to them; then plan again.';

/**
 * All of that commit's, whatever .lfsconfig leaves out. One that is a pointer by its looks alone fails it, too: its
 * end is asked of what is there afterwards. With the configuration of the box, as every fetch.
 */
async function fetchLargeFiles(scratch: Scratch, { mirror, origin, commit }: TreeSource): Promise<string> {
  await scratch.ask(['config', 'remote.origin.url', origin.url]);
  await scratch.ask(['config', 'lfs.storage', storageOf(mirror)]);
  // .lfsconfig is read from there.
  await scratch.ask(['update-ref', '--no-deref', 'HEAD', commit]);
  const fetch = ['lfs', 'fetch', '--include=', '--exclude=', 'origin', commit];
  // Not by GIT_DIR: git-lfs would take a local origin's files from there as well.
  const ran = await git(['-c', 'core.hooksPath=/dev/null', '-C', scratch.folder, ...fetch], FETCH_MS, mirrorEntry(mirror));
  return evidenceOf(ran, 3).slice(1).join(' · ');
}

/** Unlike commits they are had again at will. By the time they came here: a hard link has the times of its origin. */
async function dropOld(box: BoxContext, { mirror }: TreeSource, wanted: readonly LargeFile[]): Promise<void> {
  const spared = new Set(wanted.map(({ oid }) => oid));
  const entries = await readdir(join(storageOf(mirror), 'objects'), { recursive: true }).catch(() => []);
  for (const path of entries.filter((one) => /[0-9a-f]{64}$/.test(one) && !spared.has(basename(one)))) {
    const object = join(storageOf(mirror), 'objects', path);
    const seen = await stat(object).catch(() => null);
    if (seen && box.now() - seen.ctimeMs > KEPT_FOR_MS) await rm(object, { force: true });
  }
}

async function missingOf({ mirror }: TreeSource, files: readonly LargeFile[]): Promise<LargeFile[]> {
  const missing: LargeFile[] = [];
  for (const file of files) {
    if (file.bytes === 0) continue;
    const object = objectOf(mirror, file.oid);
    const size = (await stat(object).catch(() => null))?.size;
    if (size === file.bytes) continue;
    await rm(object, { force: true });
    missing.push(file);
  }
  return missing;
}
