/**
 * Everything that a check-out of a commit needs, brought to the box: its submodules, theirs, and large files.
 * The plan asks for it, so that what can't be had, or can't be checked out as a clone has it, is said by
 * name before anything is begun; the stage asks again, and finds it there.
 */
import { Fault } from '../../domain/faults';
import type { BoxContext } from '../context';
import { attributesOf } from './attributes';
import { ensureLargeFiles, findLargeFiles } from './large-files';
import type { LargeFile } from './large-files';
import { doublePaths, longPaths, unencodable } from './path-problems';
import { shortly, withScratch } from './scratch';
import type { Scratch } from './scratch';
import { addressProblem } from './submodule-url';
import { ensureSubmodule, findSubmodules } from './submodules';
import { unsupported } from './tree-problems';
import type { Problem } from './tree-problems';
import { isFile, isWithin, listTree, textOf } from './tree-source';
import type { TreeEntry, TreeSource } from './tree-source';

export interface ReadyTree {
  readonly source: TreeSource;
  /** Of all of it that is checked out. */
  readonly entries: readonly TreeEntry[];
  readonly largeFiles: readonly LargeFile[];
  /** Paths whose content attributes change on its way out. */
  readonly converted: ReadonlySet<string>;
  readonly submodules: readonly { readonly path: string; readonly tree: ReadyTree }[];
}

export async function readyTree(box: BoxContext, source: TreeSource): Promise<ReadyTree> {
  const problems: Problem[] = [];
  const tree = await readyPart(box, source, problems);
  if (problems.length > 0) throw unsupported(source, problems);
  return tree;
}

async function readyPart(box: BoxContext, source: TreeSource, problems: Problem[]): Promise<ReadyTree> {
  const { tree, submodules } = await withScratch(box, source.mirror, async (scratch) => {
    const all = await listTree(scratch, source.commit);
    const entries = all.filter(({ path }) => isWithin(source, path));
    const found = await findSubmodules(box, scratch, { source, entries: all });
    problems.push(...found.problems);
    const files = await readyFiles(box, scratch, { source, all, entries, problems });
    return { tree: { source, entries, ...files }, submodules: found.submodules };
  });
  const below = [];
  for (const submodule of submodules) {
    const problem = await ensureSubmodule(submodule);
    if (problem === null) below.push({ path: submodule.path, tree: await readyPart(box, submodule.source, problems) });
    else problems.push(problem);
  }
  return { ...tree, submodules: below };
}

interface Files {
  readonly source: TreeSource;
  /** Attributes may stand anywhere above. */
  readonly all: readonly TreeEntry[];
  readonly entries: readonly TreeEntry[];
  readonly problems: Problem[];
}

async function readyFiles(
  box: BoxContext,
  scratch: Scratch,
  { source, all, entries, problems }: Files,
): Promise<Pick<ReadyTree, 'largeFiles' | 'converted'>> {
  // Names that git puts into no index are found here, and not by the stage.
  const indexed = await scratch.try(['read-tree', source.commit]);
  if (indexed.code !== 0) throw unreadable(source, shortly(indexed));
  const unwritable = [...longPaths(source, entries), ...(await doublePaths(scratch, source, entries))];
  problems.push(...unwritable);
  if (unwritable.length > 0) return { largeFiles: [], converted: new Set() };
  const { converted, encoded, filters } = await attributesOf(scratch, all, entries.filter(isFile));
  problems.push(...(await unencodable(scratch, source, encoded)));
  for (const [path, filter] of filters) if (filter !== 'lfs') problems.push(foreignFilter(source.at + path, filter));
  const large = entries.filter(({ path }) => filters.get(path) === 'lfs');
  const largeFiles = await findLargeFiles(scratch, large);
  problems.push(...notByLfsAlone(source, largeFiles, encoded));
  const address = largeFiles.length > 0 ? await lfsAddressProblem(scratch, source, all) : null;
  if (address !== null) problems.push(address);
  else problems.push(...(await ensureLargeFiles(box, scratch, { source, files: largeFiles })));
  return { largeFiles, converted };
}

const foreignFilter = (path: string, filter: string): Problem => ({
  path,
  what: `has filter=${textOf(filter)} in .gitattributes, which the box does not have`,
  cure: 'Take the filter off these files in .gitattributes, and keep them in the repository as they are to be deployed.',
});

/** What git-lfs on the box would make of them is not their content. */
function notByLfsAlone({ at }: TreeSource, files: readonly LargeFile[], encoded: ReadonlySet<string>): Problem[] {
  return files.flatMap(({ path, extension }): Problem[] => [
    ...(extension === null ? [] : [{ path: at + path, what: `has the extension ${extension} of Git LFS`, cure: PLAIN }]),
    ...(encoded.has(path) ? [{ path: at + path, what: 'has both filter=lfs and working-tree-encoding', cure: PLAIN }] : []),
  ]);
}

const PLAIN = 'Keep it by Git LFS as it is to be deployed, without an extension or an encoding.';

/** It says where large files come from, and is a file of the release. */
async function lfsAddressProblem(
  scratch: Scratch,
  { at, origin }: TreeSource,
  all: readonly TreeEntry[],
): Promise<Problem | null> {
  const file = all.find(({ path }) => path === '.lfsconfig');
  if (!file) return null;
  const ran = await scratch.try(['config', '--blob', file.id, '-z', '--get-regexp', LFS_ADDRESSES]);
  // 1: it names none.
  if (ran.code !== 0 && ran.code !== 1) return { path: `${at}.lfsconfig`, what: 'git can not read it', cure: MEND_LFSCONFIG };
  for (const line of ran.stdout.split('\0').filter(Boolean)) {
    const url = line.slice(line.indexOf('\n') + 1);
    const problem = addressProblem(url, origin.url);
    if (problem !== null)
      return {
        path: `${at}.lfsconfig`,
        what: `its address ${textOf(url)} ${problem}`,
        cure: MEND_LFSCONFIG,
      };
  }
  return null;
}

const LFS_ADDRESSES = '^(lfs\\.(push)?url|remote\\..*\\.lfs(push)?url)$';
const MEND_LFSCONFIG = 'Mend .lfsconfig in the repository.';

function unreadable({ origin, commit }: TreeSource, evidence: readonly string[]): Fault {
  return new Fault('ReleaseTreeUnsupported', `${origin.url} at ${commit} can not be checked out: git refuses a path of it.`, {
    evidence,
    cure: 'Rename in the repository what git names.',
  });
}
