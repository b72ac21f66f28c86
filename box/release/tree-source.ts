/** What a tree is made from, and what a listing of it says. Paths are bytes: latin1 here, UTF-8 for people. */
import type { Sha } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { Repository } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { askGit } from './git';
import { ensureCommit, mirrorOf, originOf } from './mirror';
import type { Origin } from './mirror';
import type { Scratch } from './scratch';

export interface TreeSource {
  readonly mirror: string;
  readonly origin: Origin;
  readonly commit: Sha;
  /** Of the superproject, with a slash at its end; empty for the repository itself. */
  readonly at: string;
  /** Only what is below this folder; null: all of it. */
  readonly within: string | null;
}

export interface TreeEntry {
  /** `100644`, `100755`, `120000` (a link) or `160000` (a submodule). */
  readonly mode: string;
  readonly id: string;
  readonly path: string;
}

/** The folder of a config repository whose files are filled in; one without it is used as it is. */
export const TEMPLATES = 'templates';

export function codeSource(box: BoxContext, service: ServiceConfig, commit: Sha): TreeSource {
  return sourceIn(box, service, { repository: 'code', commit });
}

/** The commit is brought to the mirror, since what is in it counts. */
export async function configSource(box: BoxContext, service: ServiceConfig, commit: Sha): Promise<TreeSource> {
  const source = sourceIn(box, service, { repository: 'config', commit });
  await ensureCommit(source.mirror, source.origin, commit);
  const found = await askGit(['-C', source.mirror, 'ls-tree', '--full-tree', commit, '--', TEMPLATES]);
  return found === '' ? source : { ...source, within: TEMPLATES };
}

interface Place {
  readonly repository: Repository;
  readonly commit: Sha;
}

function sourceIn(box: BoxContext, service: ServiceConfig, { repository, commit }: Place): TreeSource {
  const origin = originOf(service, repository);
  return { mirror: mirrorOf(box, service.name, repository), origin, commit, at: '', within: null };
}

export async function listTree(scratch: Scratch, commit: Sha): Promise<TreeEntry[]> {
  const listed = await scratch.ask(['ls-tree', '-r', '-z', '--full-tree', commit]);
  return listed
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', , id = ''] = line.slice(0, tab).split(' ');
      return { mode, id, path: line.slice(tab + 1) };
    });
}

export const isWithin = ({ within }: TreeSource, path: string): boolean =>
  within === null || path === within || path.startsWith(`${within}/`);

export const isFile = ({ mode }: TreeEntry): boolean => mode.startsWith('100');
export const isSubmodule = ({ mode }: TreeEntry): boolean => mode === '160000';

export const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1');
export const textOf = (path: string): string => bytesOf(path).toString('utf8');
