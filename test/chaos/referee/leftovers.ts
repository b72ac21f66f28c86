/** What nobody may leave behind on a box: half made trees, links and mirrors, git's locks, a throwaway locker. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { boxPaths } from '../../../box/paths';
import type { LockerName } from '../../../domain/model/ids';
import type { Sandbox } from '../../support/sandbox';

const named = async (folder: string, pattern: RegExp): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => pattern.test(name)).map((name) => join(folder, name));

export async function findLeftovers({ boxConfig, lockers }: Sandbox): Promise<string[]> {
  const paths = boxPaths(boxConfig);
  const names = lockers as readonly LockerName[];
  const repos = join(paths.root, 'repos');
  const mirrors = (await readdir(repos, { recursive: true }).catch(() => [])).filter((path) => /\.(lock|tmp)$/.test(path));
  const found = await Promise.all([
    named(paths.root, /\.tmp$|^rehearsal$/),
    named(paths.codeRoot, /^\.tmp-|\.tar$/),
    ...names.map((locker) => named(paths.versions(locker), /^\.tmp-/)),
    ...names.map((locker) => named(paths.locker(locker), /\.tmp$/)),
  ]);
  return [...found.flat(), ...mirrors.map((path) => join(repos, path))];
}
