/** A tree that is no checkout, or whose git must not be asked: known by its content alone, so that two that are alike are one release. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { within } from '../../domain/adopt/below';
import { Fault } from '../../domain/faults';
import { CodeId, ReleaseId, Sha } from '../../domain/model/ids';
import { hash, sizeOf } from './old-tree';
import type { Looking, OldTree } from './old-tree';

/** Throws BoxUnfit where data or settings lie in it: then only git could tell what is code. */
export async function seePlainTree({ tree, service, places }: Looking): Promise<OldTree> {
  const inner = places.filter((place) => within(tree, place));
  if (inner.length > 0)
    throw new Fault('BoxUnfit', `${tree} is no git checkout that can be read, and holds more than code.`, {
      evidence: inner.slice(0, 6),
      cure: 'Name another folder with --code DIR, or move out of it what is not code.',
    });
  const { digest, at } = await contentOf(tree);
  const revision = Sha.parse(digest.slice(0, 40));
  const id = hash('adopted code', service, revision);
  const names = await readdir(tree);
  return {
    tree,
    checkout: false,
    revision,
    subject: '',
    id: CodeId.parse(`c${id}`),
    release: ReleaseId.parse(`r${hash('adopted release', service, id)}`),
    label: `adopted-${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}-t${revision.slice(0, 6)}`,
    bytes: await sizeOf(names.map((name) => join(tree, name))),
    changed: [],
    at,
    whole: names,
    holders: [],
  };
}

/** Over paths, kinds, contents and who may run them. `at`: its latest change, epoch milliseconds. */
async function contentOf(tree: string): Promise<{ digest: string; at: number }> {
  const content = createHash('sha256');
  let at = (await lstat(tree).catch(() => notThere(tree))).mtimeMs;
  const names = (await readdir(tree, { recursive: true })).toSorted();
  for (const name of names) {
    const path = join(tree, name);
    const seen = await lstat(path);
    at = Math.max(at, seen.mtimeMs);
    const kind = seen.isSymbolicLink()
      ? await readlink(path)
      : seen.isFile()
        ? await digestOf(path)
        : seen.isDirectory()
          ? '/'
          : '?';
    content.update(JSON.stringify([name, kind, seen.isFile() && (seen.mode & 0o111) !== 0]));
  }
  return { digest: content.digest('hex'), at };
}

function notThere(tree: string): never {
  throw new Fault('BoxUnfit', `${tree} is no folder on the box.`, {
    cure: 'Name the tree that the lockers run with --code DIR.',
  });
}

async function digestOf(file: string): Promise<string> {
  const one = createHash('sha256');
  await pipeline(createReadStream(file), one);
  return one.digest('hex');
}
