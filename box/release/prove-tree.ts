/**
 * Looks at what was checked out, and not at what git says of it: every file by its path, its mode and git's own
 * hash of its bytes must be what the commit lists, and nothing else may be there. A file that attributes
 * convert must be what git makes of it from the commit; a large one must have the hash and size of its pointer.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, readlink, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../domain/faults';
import { inParallel } from '../inspect/in-parallel';
import { objectOf } from './large-files';
import type { ReadyTree } from './ready-tree';
import type { Scratch } from './scratch';
import { bytesOf, isSubmodule, textOf } from './tree-source';
import type { TreeEntry } from './tree-source';
import { writeAnew } from './write-anew';

/** Files that are open. */
const AT_ONCE = 16;
/** Longer ones are never wholly in memory. */
const MAX_READ = 4 * 1024 * 1024;

export async function proveTree(scratch: Scratch, tree: ReadyTree, folder: string): Promise<void> {
  const expected = tree.entries.filter((entry) => !isSubmodule(entry));
  const known = new Set(expected.map(({ path }) => path));
  const foreign = (await filesBelow(folder, '')).filter((path) => !known.has(path));
  const found = await inParallel(expected, AT_ONCE, (entry) => lookAt(tree, { entry, folder }));
  const converted = expected.filter((_, at) => found[at] === CONVERTED);
  const differences = [
    ...foreign.map((path) => `${textOf(path)}: not in the commit`),
    ...found.filter((one) => one !== null && one !== CONVERTED),
    ...(await otherThanConverted(scratch, converted, folder)),
  ];
  if (differences.length === 0) return;
  const { origin, commit } = tree.source;
  throw new Fault('CommandFailed', `What was checked out of ${origin.url} is not what commit ${commit} holds.`, {
    evidence: [...differences.slice(0, 10), ...(differences.length > 10 ? [`${differences.length} files in all`] : [])],
    cure: 'Check the disk of the box and its git; nothing of it was used.',
  });
}

async function filesBelow(folder: string, at: string): Promise<string[]> {
  const entries = await readdir(placeOf(folder, at), { withFileTypes: true, encoding: 'latin1' });
  const found: string[] = [];
  for (const entry of entries) {
    const path = `${at}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, `${path}/`)));
    else found.push(path);
  }
  return found;
}

const placeOf = (folder: string, path: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), bytesOf(path)]);

interface Placed {
  readonly entry: TreeEntry;
  readonly folder: string;
}

const CONVERTED = Symbol('attributes of the commit change its content');

/** null: what the commit says. */
async function lookAt(tree: ReadyTree, { entry, folder }: Placed): Promise<string | typeof CONVERTED | null> {
  const place = placeOf(folder, entry.path);
  const name = textOf(entry.path);
  const mode = await modeOf(place);
  if (mode !== entry.mode) return `${name}: ${mode ?? 'not there'}, and ${entry.mode} in the commit`;
  const large = tree.largeFiles.find(({ path }) => path === entry.path);
  if (large) return differenceOfLarge(tree, { place, name, large });
  if (tree.converted.has(entry.path)) return CONVERTED;
  if ((await blobId(place, mode)) === entry.id) return null;
  return mode === LINK ? `${name}: leads elsewhere` : `${name}: its content is another`;
}

/** Made once more, beside it: the scratch repository knows no attributes but those of the commit. */
async function otherThanConverted(scratch: Scratch, entries: readonly TreeEntry[], folder: string): Promise<string[]> {
  if (entries.length === 0) return [];
  const { folder: again } = await writeAnew(
    scratch,
    entries.map(({ path }) => path),
  );
  const same = await inParallel(entries, AT_ONCE, async ({ path }) => {
    const [here, there] = await Promise.all([sha256Of(placeOf(folder, path)), sha256Of(placeOf(again, path))]);
    return here === there;
  });
  return entries.filter((_, at) => !same[at]).map(({ path }) => `${textOf(path)}: its content is another`);
}

const LINK = '120000';

async function modeOf(place: Buffer): Promise<string | null> {
  const seen = await lstat(place).catch(() => null);
  if (seen === null) return null;
  if (seen.isSymbolicLink()) return LINK;
  if (!seen.isFile()) return 'no file';
  return seen.mode & 0o100 ? '100755' : '100644';
}

/** The name that git gives to what is there, without any conversion. */
async function blobId(place: Buffer, mode: string): Promise<string> {
  if (mode === LINK) {
    const target = await readlink(place, { encoding: 'buffer' });
    return createHash('sha1').update(`blob ${target.length}\0`).update(target).digest('hex');
  }
  return hashFile(place, createHash('sha1').update(`blob ${(await stat(place)).size}\0`));
}

const sha256Of = (place: Buffer): Promise<string> => hashFile(place, createHash('sha256'));

async function hashFile(place: Buffer, hash: Hash): Promise<string> {
  if ((await stat(place)).size <= MAX_READ) return hash.update(await readFile(place)).digest('hex');
  await pipeline(createReadStream(place), hash);
  return hash.digest('hex');
}

interface PlacedLarge {
  readonly place: Buffer;
  readonly name: string;
  readonly large: ReadyTree['largeFiles'][number];
}

async function differenceOfLarge({ source }: ReadyTree, { place, name, large }: PlacedLarge): Promise<string | null> {
  // An empty one is made of any pointer that says so.
  if ((await stat(place)).size === large.bytes && (large.bytes === 0 || (await sha256Of(place)) === large.oid)) return null;
  // The next one fetches it anew.
  await rm(objectOf(source.mirror, large.oid), { force: true });
  return `${name}: its content is not that of its pointer, ${large.oid}`;
}
