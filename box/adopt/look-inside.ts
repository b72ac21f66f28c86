/** Files of a running container, by paths as it has them itself. Its links are followed within it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SeenPath } from '../../domain/adopt/server-places';
import { resolveBelow } from '../locker/path-in-locker';

export interface Inside {
  /** null: it is not there, or neither a file nor a folder. */
  see(path: string): Promise<SeenPath | null>;
  text(path: string): Promise<string | null>;
  names(path: string): Promise<string[]>;
}

export function lookInside(root: string): Inside {
  const at = (path: string) => resolveBelow(root, path);
  const kind = async (path: string) => {
    const real = await at(path);
    const seen = real === null ? null : await stat(real).catch(() => null);
    return seen?.isDirectory() ? 'folder' : seen?.isFile() ? 'file' : null;
  };
  return {
    see: async (path) => {
      const real = await at(path);
      const is = await kind(path);
      if (real === null || is === null) return null;
      const own = real.slice(root.length) || '/';
      return { path: own, kind: is, tree: await treeOver(kind, is === 'folder' ? own : dirname(own)) };
    },
    text: async (path) => {
      const real = await at(path);
      return real === null ? null : readFile(real, 'utf8').catch(() => null);
    },
    names: async (path) => {
      const real = await at(path);
      return real === null ? [] : readdir(real).catch(() => []);
    },
  };
}

type KindOf = (path: string) => Promise<SeenPath['kind'] | null>;

/** What says of a folder that it is the root of a piece of software. */
const MANIFESTS = ['package.json', 'pyproject.toml', 'requirements.txt', 'Gemfile', 'composer.json', 'go.mod', 'Cargo.toml'];

/** A checkout before anything; a package that another one depends on belongs to that one. */
async function treeOver(kind: KindOf, folder: string): Promise<string | null> {
  const folders = above(folder);
  const checkout = await firstOf(folders, async (one) => (await kind(join(one, '.git'))) !== null);
  if (checkout !== null) return checkout;
  const isPackage = async (one: string) => {
    for (const name of MANIFESTS) if ((await kind(join(one, name))) === 'file') return true;
    return false;
  };
  const [outer] = folder.split('/node_modules/');
  if (outer !== undefined && outer !== folder && (await isPackage(outer))) return outer;
  return firstOf(folders, isPackage);
}

const above = (folder: string): string[] => (folder === '/' ? [] : [folder, ...above(dirname(folder))]);

async function firstOf(folders: readonly string[], is: (folder: string) => Promise<boolean>): Promise<string | null> {
  for (const folder of folders) if (await is(folder)) return folder;
  return null;
}
