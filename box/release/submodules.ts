/** The submodules of a commit: where each comes from, and its commit in a mirror of its own on the box. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import { Sha } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { askGit } from './git';
import { changeMirror, ensureCommit } from './mirror';
import type { Scratch } from './scratch';
import { submoduleUrl } from './submodule-url';
import { bytesOf, isFile, isSubmodule, isWithin, textOf } from './tree-source';
import type { TreeEntry, TreeSource } from './tree-source';
import type { Problem } from './tree-problems';

export interface Submodule {
  /** In its parent. */
  readonly path: string;
  readonly source: TreeSource;
}

export interface FoundSubmodules {
  readonly submodules: readonly Submodule[];
  readonly problems: readonly Problem[];
}

type Settings = ReadonlyMap<string, string>;

/** Looks only. One with `update = none` is left an empty folder, as a clone leaves it. */
export async function findSubmodules(
  box: BoxContext,
  scratch: Scratch,
  { source, entries }: { source: TreeSource; entries: readonly TreeEntry[] },
): Promise<FoundSubmodules> {
  const links = entries.filter((entry) => isSubmodule(entry) && isWithin(source, entry.path));
  if (links.length === 0) return { submodules: [], problems: [] };
  const settings = await readGitmodules(scratch, entries);
  const submodules: Submodule[] = [];
  const problems: Problem[] = [];
  for (const link of links) {
    const found: Submodule | Unfit | null =
      settings === null ? { problem: '.gitmodules can not be read' } : submoduleOf(box, source, { link, settings });
    if (found === null) continue;
    const path = source.at + link.path;
    if ('problem' in found) problems.push({ path, what: `a submodule: ${found.problem}`, cure: found.cure ?? CURE });
    else submodules.push(found);
  }
  return { submodules, problems };
}

const CURE = 'Mend the submodule in the repository (.gitmodules), or put its files there.';
const PUSHED = {
  problem: 'it is not pushed to the box with its repository',
  cure: 'Let the box fetch (no `stage: push`), or put the files of the submodule into the repository.',
};

interface Unfit {
  readonly problem: string;
  readonly cure?: string;
}

interface Linked {
  readonly link: TreeEntry;
  readonly settings: Settings;
}

function submoduleOf(box: BoxContext, source: TreeSource, { link, settings }: Linked): Submodule | Unfit | null {
  const name = nameOf(settings, link.path);
  if (name === null) return { problem: '.gitmodules does not name it' };
  const update = settings.get(`submodule.${name}.update`);
  if (update === 'none') return null;
  if (update?.startsWith('!'))
    return { problem: `its update ${textOf(update)} is a command, which git does not take from there` };
  if (!bytesOf(link.path).equals(Buffer.from(textOf(link.path)))) return { problem: 'its path is no UTF-8' };
  const url = submoduleUrl(settings.get(`submodule.${name}.url`), source.origin.url);
  if ('problem' in url) return { problem: textOf(url.problem) };
  if (source.origin.pushed) return PUSHED;
  const digest = createHash('sha256').update(url.url, 'latin1').digest('hex').slice(0, 16);
  const origin = { url: textOf(url.url), pushed: false };
  const mirror = box.paths.submoduleMirror(digest);
  return {
    path: link.path,
    source: { mirror, origin, commit: Sha.parse(link.id), at: `${source.at}${link.path}/`, within: null },
  };
}

/** Of two names with one path, such as after a rename by hand, the later counts, as in git. */
function nameOf(settings: Settings, path: string): string | null {
  const names = [...settings].flatMap(([key, value]) => {
    const name = /^submodule\.([^]+)\.path$/.exec(key)?.[1];
    return name !== undefined && value === path ? [name] : [];
  });
  return names.at(-1) ?? null;
}

/** null: it is a link, or not to be read. */
async function readGitmodules(scratch: Scratch, entries: readonly TreeEntry[]): Promise<Settings | null> {
  const file = entries.find(({ path }) => path === '.gitmodules');
  if (!file) return new Map();
  if (!isFile(file)) return null;
  // As a file, as a clone reads it: of a blob git takes no byte order mark.
  const copy = join(scratch.folder, 'gitmodules');
  await writeFile(copy, await scratch.ask(['cat-file', 'blob', file.id]), 'latin1');
  const ran = await scratch.try(['config', '--file', copy, '--no-includes', '-z', '--list']);
  if (ran.code !== 0) return null;
  const lines = ran.stdout.split('\0').filter((line) => line.includes('\n'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('\n')), line.slice(line.indexOf('\n') + 1)]));
}

/** Fetched when it is not there yet, and kept by a ref: git would collect what no branch reaches any more. */
export async function ensureSubmodule({ path, source }: Submodule): Promise<Problem | null> {
  const { mirror, origin, commit } = source;
  try {
    await ensureCommit(mirror, origin, commit);
  } catch (error) {
    if (error instanceof Fault && error.code === 'RefUnknown') return gone(source, error);
    throw named(error, path, origin.url);
  }
  await changeMirror(mirror, () => askGit(['-C', mirror, 'update-ref', `refs/kept/${commit}`, commit]));
  return null;
}

const gone = ({ at }: TreeSource, { sentence, evidence }: Fault): Problem => ({
  path: at.slice(0, -1),
  what: `a submodule: ${sentence}${evidence.length > 0 ? ` (${evidence.at(-1)})` : ''}`,
  cure: 'Push that commit of the submodule to its repository, on a branch or with a tag; then plan again.',
});

/** Trying again helps where it would have helped; what is missing is said by the name that people know it by. */
function named(error: unknown, path: string, url: string): unknown {
  if (!(error instanceof Fault)) return error;
  const sentence = `The submodule ${textOf(path)} (${url}) can not be had. ${error.sentence}`;
  return new Fault(error.code, sentence, { evidence: error.evidence, cure: error.cure });
}
