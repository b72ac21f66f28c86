/** Paths of a commit that a check-out can not write as they are listed, before any is written. */
import { writeAnew } from './write-anew';
import type { Scratch } from './scratch';
import type { Problem } from './tree-problems';
import type { TreeEntry, TreeSource } from './tree-source';

/** Of one name, on every file system that a box may have. */
const MAX_NAME = 255;
/** Linux takes 4,096 with everything that stands before it: the folders of the box, and those of a submodule. */
const MAX_PATH = 3_500;

/** Paths are bytes, one a character. */
export function longPaths({ at }: TreeSource, entries: readonly TreeEntry[]): Problem[] {
  const tooLong = (path: string) => at.length + path.length > MAX_PATH || path.split('/').some((name) => name.length > MAX_NAME);
  return entries
    .filter(({ path }) => tooLong(path))
    .map(({ path }) => ({
      path: at + path,
      what: `its name is too long (${MAX_NAME} bytes a part, ${MAX_PATH} in all)`,
      cure: 'Give it a shorter name in the repository.',
    }));
}

/** A tree that no git makes: `a` twice, or as a file and as a folder. Its index has less than it lists. */
export async function doublePaths(scratch: Scratch, { at }: TreeSource, entries: readonly TreeEntry[]): Promise<Problem[]> {
  const indexed = new Set((await scratch.ask(['ls-files', '-z'])).split('\0'));
  const seen = new Set<string>();
  const isDouble = ({ path }: TreeEntry) => !indexed.has(path) || seen.has(path) || !seen.add(path);
  return entries.filter(isDouble).map(({ path }) => ({
    path: at + path,
    what: 'its name is in the tree twice',
    cure: 'The repository is damaged: `git fsck` there says more.',
  }));
}

const NOT_ENCODED = /^error: failed to encode '([^]*?)' from UTF-8 to (.*)$/gm;

/** git then writes it as it is, and calls that a success: another box may know the encoding. */
export async function unencodable(scratch: Scratch, { at }: TreeSource, encoded: ReadonlySet<string>): Promise<Problem[]> {
  if (encoded.size === 0) return [];
  const { said } = await writeAnew(scratch, [...encoded]);
  return [...said.matchAll(NOT_ENCODED)].map(([, path = '', encoding = '']) => ({
    path: at + path,
    what: `git on the box can not write it in ${encoding}, the working-tree-encoding in .gitattributes`,
    cure: 'Mend working-tree-encoding in .gitattributes, or the text.',
  }));
}
