/** The config files of a target: the same check-out as that of code, read as texts. */
import { lstat, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { inParallel } from '../inspect/in-parallel';
import { checkOut } from './check-out';
import type { Files } from './config-render';
import { inScratchFolder } from './scratch';
import { TEMPLATES, configSource } from './tree-source';
import type { TreeSource } from './tree-source';

export interface Templates {
  /** By their paths below /Config. */
  readonly files: Files;
  readonly executable: ReadonlySet<string>;
  /** False: the repository has no `templates/`, and its files are used as they are. */
  readonly filledIn: boolean;
}

/** Open at once. */
const AT_ONCE = 8;
const MAX_BYTES = 2 * 1024 * 1024;

/** Every file below `templates/` of the config repository, at that commit; without that folder, every file of it but git's own. */
export async function readTemplates(box: BoxContext, { service, release }: StageTarget): Promise<Templates> {
  const source = await configSource(box, service, release.config.revision);
  return inScratchFolder(box, async (folder) => {
    const tree = join(folder, 'tree');
    await mkdir(tree);
    await checkOut(box, source, tree);
    const filledIn = source.within !== null;
    const at = filledIn ? `${TEMPLATES}/` : '';
    if (!(await lstat(join(tree, at.slice(0, -1)))).isDirectory()) throw notPlain(TEMPLATES);
    const paths = (await pathsBelow(tree, at)).filter((path) => filledIn || !isGits(path));
    if (paths.length === 0) throw nothingThere(source);
    const read = await inParallel(paths, AT_ONCE, async (path) => {
      return { path: path.slice(at.length), ...(await readOne(join(tree, path), path)) };
    });
    return {
      files: new Map(read.map(({ path, text }) => [path, text])),
      executable: new Set(read.flatMap(({ path, executable }) => (executable ? [path] : []))),
      filledIn,
    };
  });
}

/** Such as .gitignore, .gitattributes, .github: about the repository, and nothing that a program reads. */
const isGits = (path: string): boolean => path.split('/').some((part) => part.startsWith('.git'));

const nothingThere = ({ origin, commit }: TreeSource): Fault =>
  new Fault('TemplateInvalid', `The config repository ${origin.url} has no file at ${commit} that could be in /Config.`, {
    cure: 'Put there what lockers find in /Config: as it is to be, or, to have values filled in, in a folder templates/.',
  });

async function pathsBelow(folder: string, at: string): Promise<string[]> {
  const entries = await readdir(join(folder, at), { withFileTypes: true, encoding: 'buffer' });
  const found: string[] = [];
  for (const entry of entries) {
    const path = `${at}${nameIn(entry.name, at)}`;
    if (entry.isDirectory()) found.push(...(await pathsBelow(folder, `${path}/`)));
    else found.push(path);
  }
  return found.toSorted();
}

/** A locker's config is a list of texts, its names among them. */
function nameIn(name: Buffer, at: string): string {
  const text = textIn(name);
  if (text !== null) return text;
  throw new Fault(
    'TemplateInvalid',
    `${JSON.stringify(join(at, name.toString()))} in the config repository has a name that is no UTF-8.`,
    {
      cure: 'Rename it there.',
    },
  );
}

/** A link could reach out of the repository. */
async function readOne(file: string, path: string): Promise<{ text: string; executable: boolean }> {
  const { size, mode, ...seen } = await lstat(file).then((one) => ({ size: one.size, mode: one.mode, isFile: one.isFile() }));
  if (!seen.isFile) throw notPlain(path);
  const text = size > MAX_BYTES ? null : textIn(await readFile(file));
  if (text !== null) return { text, executable: (mode & 0o100) !== 0 };
  throw new Fault('TemplateInvalid', `${JSON.stringify(path)} in the config repository is no text in UTF-8 of at most 2 MiB.`, {
    cure: 'Keep it elsewhere: every file of /Config is a text.',
  });
}

function textIn(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

const notPlain = (name: string): Fault =>
  new Fault('TemplateInvalid', `${JSON.stringify(name)} in the config repository is no plain file.`, {
    cure: 'Put the file itself there: links are not followed.',
  });
