/**
 * A copy of a root file system is another machine: its name, its machine-id and its host keys must not be those of
 * the one that it was copied from. Links are followed within the copy alone.
 */
import { chmod, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBelow } from '../locker/path-in-locker';
import { onFiles } from '../release/box-files';

/** An empty one is drawn anew at the first boot. */
const MACHINE_IDS = ['/etc/machine-id', '/var/lib/dbus/machine-id'];
const NO_SEED = '/var/lib/systemd/random-seed';

export async function ownIdentity(root: string, name: string): Promise<void> {
  for (const path of MACHINE_IDS) await rewrite(root, path, () => '');
  const before = (await rewrite(root, '/etc/hostname', () => `${name}\n`))?.trim();
  if (before) await rewrite(root, '/etc/hosts', (text) => renamed(text, before, name));
  const seed = await resolveBelow(root, NO_SEED);
  if (seed !== null) await rm(seed, { force: true });
}

const renamed = (hosts: string, before: string, name: string): string =>
  hosts
    .split('\n')
    .map((line) => line.replaceAll(/[^\s#]+/g, (word) => (word === before ? name : word)))
    .join('\n');

/** What is not there is not made. Returns what was there. */
async function rewrite(root: string, path: string, change: (text: string) => string): Promise<string | null> {
  const file = await resolveBelow(root, path);
  const there = file !== null && (await stat(file).catch(() => null))?.isFile();
  if (file === null || !there) return null;
  const text = await readFile(file, 'utf8');
  await writeFile(file, change(text));
  return text;
}

const HOST_KEY = /^ssh_host_([a-z0-9]+)_key$/;

/** Of the kinds that were there. Without ssh-keygen on the box they are taken away all the same, and made by nobody. */
export async function newHostKeys(root: string): Promise<void> {
  for (const { folder, kind } of await takeHostKeys(root)) {
    const file = join(folder, `ssh_host_${kind}_key`);
    await onFiles(['ssh-keygen', '-q', '-t', kind, '-N', '', '-C', '', '-f', file]).catch(() => '');
    await chmod(file, 0o600).catch(() => {});
  }
}

export async function takeHostKeys(root: string): Promise<{ folder: string; kind: string }[]> {
  const folder = await resolveBelow(root, '/etc/ssh');
  if (folder === null) return [];
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (name.startsWith('ssh_host_')) await rm(join(folder, name), { force: true });
  return names.flatMap((name) => {
    const kind = HOST_KEY.exec(name)?.[1];
    return kind === undefined ? [] : [{ folder, kind }];
  });
}
