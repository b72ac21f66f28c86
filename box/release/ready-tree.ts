/**
 * Everything that a check-out of a commit needs, brought to the box: its submodules, theirs, and large files.
 * The plan asks for it, so that what can't be had, or can't be checked out as a clone has it, is said by
 * name before anything is begun; the stage asks again, and finds it there.
 */
import { Fault } from '../../domain/faults';
import type { BoxContext } from '../context';
import { ensureLargeFiles, findLargeFiles } from './large-files';
import type { LargeFile } from './large-files';
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
  const { converted, filters } = await attributesOf(scratch, all, entries.filter(isFile));
  for (const [path, filter] of filters) if (filter !== 'lfs') problems.push(foreignFilter(source.at + path, filter));
  const largeFiles = await findLargeFiles(
    scratch,
    entries.filter(({ path }) => filters.get(path) === 'lfs'),
  );
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

interface Attributes {
  /** Path → the filter that attributes give it. */
  readonly filters: ReadonlyMap<string, string>;
  readonly converted: ReadonlySet<string>;
}

/** With ends of line as they are on Linux no other attribute changes what comes out. */
const ASKED = ['filter', 'eol', 'ident', 'working-tree-encoding'] as const;
const NOTHING: readonly string[] = ['unspecified', 'unset', ''];

async function attributesOf(scratch: Scratch, all: readonly TreeEntry[], files: readonly TreeEntry[]): Promise<Attributes> {
  const filters = new Map<string, string>();
  const converted = new Set<string>();
  if (!all.some(({ path }) => /(?:^|\/)\.gitattributes$/.test(path)) || files.length === 0) return { filters, converted };
  const input = files.map(({ path }) => `${path}\0`).join('');
  const said = (await scratch.ask(['check-attr', '--cached', '-z', '--stdin', ...ASKED], { input })).split('\0');
  for (let at = 0; at + 2 < said.length; at += 3) {
    const [path = '', name, value = ''] = said.slice(at, at + 3);
    if (NOTHING.includes(value)) continue;
    if (name !== 'filter') converted.add(path);
    // Without a value it names none.
    else if (value !== 'set') filters.set(path, value);
  }
  return { filters, converted };
}

/** It says where large files come from, and is a file of the release. */
async function lfsAddressProblem(
  scratch: Scratch,
  { at, origin }: TreeSource,
  all: readonly TreeEntry[],
): Promise<Problem | null> {
  const file = all.find(({ path }) => path === '.lfsconfig');
  if (!file) return null;
  const ran = await scratch.try([
    'config',
    '--blob',
    file.id,
    '-z',
    '--get-regexp',
    '^(lfs\\.(push)?url|remote\\..*\\.lfs(push)?url)$',
  ]);
  for (const line of ran.stdout.split('\0').filter(Boolean)) {
    const url = line.slice(line.indexOf('\n') + 1);
    const problem = addressProblem(url, origin.url);
    if (problem !== null)
      return {
        path: `${at}.lfsconfig`,
        what: `its address ${textOf(url)} ${problem}`,
        cure: 'Mend .lfsconfig in the repository.',
      };
  }
  return null;
}

function unreadable({ origin, commit }: TreeSource, evidence: readonly string[]): Fault {
  return new Fault('ReleaseTreeUnsupported', `${origin.url} at ${commit} can not be checked out: git refuses a path of it.`, {
    evidence,
    cure: 'Rename in the repository what git names.',
  });
}
