/** The old tree as it is, copied once beside everything and named when it is whole: what the lockers run stays what they ran. */
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { BoxContext } from '../context';
import { onFiles } from '../release/box-files';
import { directoryId } from '../release/mounted';
import { removeUnfinished, unfinishedName } from '../release/unfinished';
import { syncFolder } from '../release/versions';
import { ask } from './old-tree';
import type { Looking, OldTree } from './old-tree';
import { seeOldTree } from './see-tree';

/** True when it was copied now. Throws DiskFull before anything is written, WorldChanged where the tree moved meanwhile. */
export async function copyTree(box: BoxContext, tree: OldTree, looking: Looking): Promise<boolean> {
  const { codeRoot } = box.paths;
  const goal = box.paths.code(tree.id);
  await mkdir(codeRoot, { recursive: true, mode: 0o755 });
  await removeUnfinished(box, codeRoot);
  if ((await directoryId(goal)) !== null) return false;
  await assertSpace(box, tree.bytes);
  const copy = join(codeRoot, unfinishedName(tree.id));
  await mkdir(copy, { mode: 0o755 });
  try {
    // Owners and rights stay: the old code may well run as somebody who has few.
    await copyNames(tree.whole, ['cp', '-a', '--reflink=auto', '-t', copy], tree.tree);
    if (tree.holders.length > 0) await copyNames(await knownIn(tree), ['cp', '-a', '--parents', '-t', copy], tree.tree);
    await assertSame(await seeOldTree(looking), tree);
    await onFiles(['sync', '-f', copy]);
    await rename(copy, goal);
    await syncFolder(codeRoot);
    return true;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const knownIn = async ({ tree, holders }: OldTree): Promise<string[]> =>
  (await ask(tree, ['ls-files', '-z', '--', ...holders])).split('\0').filter(Boolean);

/** A command line has an end. */
const AT_ONCE = 200;

async function copyNames(names: readonly string[], argv: readonly string[], from: string): Promise<void> {
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE).map((name) => `./${name}`);
    await onFiles(['env', '-C', from, '--', ...argv, '--', ...some]);
  }
}

async function assertSpace(box: BoxContext, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(box.paths.root);
  const floor = needed + box.config.minFreeBytes;
  if (bavail * bsize >= floor) return;
  throw new Fault('DiskFull', `The disk under ${box.config.root} on ${box.config.box} has no room for a copy of the old code.`, {
    evidence: [`${bavail * bsize} bytes are free, ${floor} are needed (minFreeBytes ${box.config.minFreeBytes} + ${needed})`],
  });
}

async function assertSame(now: OldTree, before: OldTree): Promise<void> {
  if (now.id === before.id && now.at === before.at) return;
  throw new Fault(
    'WorldChanged',
    `${before.tree} changed while it was copied: it was at ${before.revision}, now at ${now.revision}.`,
    {
      cure: 'Let whoever pulls there end, then run adopt-box again; no locker was touched.',
    },
  );
}
