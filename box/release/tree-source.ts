/** What a tree is made from, and what a listing of it says. Paths are bytes: latin1 here, UTF-8 for people. */
import type { Sha } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { Repository } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { mirrorOf, originOf } from './mirror';
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

/** The one folder of a config repository that is used. */
export const TEMPLATES = 'templates';

export function sourceOf(box: BoxContext, service: ServiceConfig, { code, config }: { code?: Sha; config?: Sha }): TreeSource {
  const of = (repository: Repository, commit: Sha, within: string | null): TreeSource => ({
    mirror: mirrorOf(box, service.name, repository),
    origin: originOf(service, repository),
    commit,
    at: '',
    within,
  });
  return code ? of('code', code, null) : of('config', config as Sha, TEMPLATES);
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
