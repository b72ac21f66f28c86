/** Files of a locker's /Config that the next release does not make: whoever reads them will miss them. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { LockerName } from '../../domain/model/ids';
import type { Revision } from '../../domain/model/release';
import type { BoxContext } from '../context';

/** More would help nobody to decide. */
const MOST = 20;

export interface Going {
  readonly locker: LockerName;
  readonly current: Revision;
  /** Paths below /Config. */
  readonly stays: readonly string[];
}

/** Sorted paths below /Config, the first twenty. */
export async function goneFiles(box: BoxContext, { locker, current, stays }: Going): Promise<string[]> {
  const folder = join(box.paths.version(locker, current.version), 'config');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const stay = new Set(stays);
  // `path` in Node 18, `parentPath` since.
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, path, name }) => relative(folder, join(parentPath ?? path, name)));
  return paths
    .filter((path) => !stay.has(path) && !path.split('/').includes('.git'))
    .toSorted()
    .slice(0, MOST);
}
