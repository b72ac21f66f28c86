/**
 * A commit as files, as a clone of it has them: end-of-line and encoding attributes applied, modes and links
 * kept, submodules and large files in their places; nothing left out or put in as `git archive` does by
 * export-ignore and export-subst. No hook, no configuration of the box and no program that the release names
 * takes part, and what came out is compared with what the commit says.
 */
import { lstat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { BoxContext } from '../context';
import { evidenceOf } from '../run';
import type { Ran } from '../run';
import { filesFault } from './box-files';
import { storageOf } from './large-files';
import { proveTree } from './prove-tree';
import { readyTree } from './ready-tree';
import type { ReadyTree } from './ready-tree';
import { withScratch } from './scratch';
import { textOf } from './tree-source';
import type { TreeSource } from './tree-source';

/** Into `folder`, which is there and empty. */
export async function checkOut(box: BoxContext, source: TreeSource, folder: string): Promise<void> {
  await layDown(box, await readyTree(box, source), folder);
}

async function layDown(box: BoxContext, tree: ReadyTree, folder: string): Promise<void> {
  const { source, submodules, entries } = tree;
  if (entries.length > 0) {
    await withScratch(box, source.mirror, async (scratch) => {
      const settings = { ...sparse(source), ...(tree.largeFiles.length > 0 && largeFileSettings(source)) };
      if (source.within !== null) await writeFile(join(scratch.folder, 'info/sparse-checkout'), `/${source.within}\n`);
      // What a clone does once it has fetched: attributes are read from the commit, before any file is there.
      const ran = await scratch.try(['read-tree', '-m', '-u', source.commit], { settings, workTree: folder });
      if (ran.code !== 0) throw await layingFault(ran, folder);
      await proveTree(scratch, tree, folder);
    });
  }
  for (const { path, tree: below } of submodules) {
    const place = join(folder, textOf(path));
    const seen = await lstat(place).catch(() => null);
    if (!seen?.isDirectory()) throw new Fault('CommandFailed', `git made no folder for the submodule ${textOf(path)}.`);
    await layDown(box, below, place);
  }
}

/** Less room than this, and the disk is what git could not write to: the part of a file that did fit is still there. */
const NO_ROOM = 1024 * 1024;

/** Of a file that does not fit git says only that it can't write it. */
async function layingFault(ran: Ran, folder: string): Promise<Fault> {
  const { bavail, bsize } = await statfs(folder);
  if (!/unable to write file/.test(ran.stderr) || bavail * bsize >= NO_ROOM) return filesFault('git read-tree', ran);
  return new Fault('DiskFull', 'git read-tree failed on the box.', { evidence: evidenceOf(ran) });
}

const sparse = ({ within }: TreeSource): Record<string, string> =>
  within === null ? {} : { 'core.sparseCheckout': 'true', 'core.sparseCheckoutCone': 'false' };

/** All is there: it asks nobody, and .lfsconfig leaves nothing out. */
const largeFileSettings = ({ mirror }: TreeSource): Record<string, string> => ({
  'filter.lfs.process': 'git-lfs filter-process',
  'filter.lfs.smudge': 'git-lfs smudge -- %f',
  'filter.lfs.required': 'true',
  'lfs.storage': storageOf(mirror),
  'lfs.url': 'file:///dev/null',
  'lfs.fetchinclude': '',
  'lfs.fetchexclude': '',
});
