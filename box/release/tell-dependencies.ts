/** What of a finished tree runs not everywhere, or not at all: said while it is staged, not found at a start. */
import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import { onFiles } from './box-files';

export async function tellDependencies(
  tree: string,
  { build }: ReleaseManifest,
  progress: (line: string) => void,
): Promise<void> {
  const [native, forgotten] = await Promise.all([nativeModules(tree), isForgotten(tree)]);
  if (forgotten && build.length === 0)
    progress(
      'the release has a package-lock.json and no node_modules, and its lockstep.json names no build: what it depends on is not installed',
    );
  const [first] = native;
  if (first === undefined) return;
  const many = native.length === 1 ? '1 native module, such as' : `${native.length} native modules, such as`;
  progress(`${many} ${first}: it loads only where Node and libc are those that it was made for`);
}

async function nativeModules(tree: string): Promise<string[]> {
  const found = await onFiles(['find', tree, '-name', '*.node', '-type', 'f', '-print0']);
  return found
    .split('\0')
    .filter(Boolean)
    .map((path) => relative(tree, path))
    .toSorted();
}

async function isForgotten(tree: string): Promise<boolean> {
  const there = (name: string): Promise<boolean> =>
    stat(join(tree, name)).then(
      () => true,
      () => false,
    );
  return (await there('package-lock.json')) && !(await there('node_modules'));
}
