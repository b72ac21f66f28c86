/**
 * The cgroups of a box's lockers, all below one of the namespace's name (lxc-config.ts), in every
 * hierarchy of cgroup v1 or in the one of v2.
 */
import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
const THAW = [
  { file: 'freezer.state', value: 'THAWED' },
  { file: 'cgroup.freeze', value: '0' },
];

/** What is frozen takes no signal, SIGKILL included. */
export async function thawCgroups(name: string): Promise<void> {
  for (const folder of await treeOf(name)) {
    for (const { file, value } of THAW) await writeFile(join(folder, file), value, { flag: 'r+' }).catch(() => {});
  }
}

/** Lockers whose monitor has gone are in no namespace of the box any more, but still here. */
export async function pidsInCgroups(name: string): Promise<number[]> {
  const folders = await treeOf(name);
  const texts = await Promise.all(folders.map((folder) => readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')));
  return [...new Set(texts.flatMap((text) => text.split('\n')).filter((line) => line !== ''))].map(Number);
}

/** A cgroup is a folder that can only go when it is empty: the deepest first. */
export async function removeCgroups(name: string): Promise<void> {
  for (const folder of await treeOf(name)) await rmdir(folder).catch(() => {});
}

/** Deepest first. */
async function treeOf(name: string): Promise<string[]> {
  const roots = [ROOT, ...(await foldersIn(ROOT))].map((root) => join(root, name));
  return (await Promise.all(roots.map(below))).flat();
}

async function below(folder: string): Promise<string[]> {
  const inner = await Promise.all((await foldersIn(folder)).map(below));
  return [...inner.flat(), folder];
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}
