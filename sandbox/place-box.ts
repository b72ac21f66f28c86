/**
 * Where a box's folder really is. Builds on a box run as a user without rights, who must be able
 * to walk to it: under a private folder (a clone in /root, a temporary directory) it is a link to
 * a public one.
 */
import { mkdir, realpath, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../domain/faults';
import { boxLayout } from './sandbox-layout';
import type { SandboxLayout } from './sandbox-layout';

const PUBLIC = '/var/lib';
/** These paths go into sshd_config, authorized_keys and LXC configs, which have no common way of quoting. */
const PLAIN = /^\/[A-Za-z0-9._/@+-]+$/;

export function checkPlainPath(dir: string): void {
  if (PLAIN.test(dir)) return;
  throw new Fault('SandboxUnavailable', `The path ${JSON.stringify(dir)} has characters that LXC and sshd can not take.`, {
    cure: 'Use a folder with letters, digits, . _ - + @ only: --dir DIR.',
  });
}

export async function placeBox(sandbox: SandboxLayout, tag: string, name: string): Promise<string> {
  const link = sandbox.box(name);
  await mkdir(sandbox.boxes, { recursive: true, mode: 0o755 });
  const there = await realpath(link).catch(() => null);
  if (there !== null) return there;
  // A link whose target has gone.
  await rm(link, { force: true });
  // Without root whoever makes the box builds on it, too.
  if (process.getuid?.() !== 0 || (await isPublic(sandbox.boxes))) {
    await mkdir(link, { mode: 0o755 });
    return link;
  }
  const folder = publicFolder(tag, name);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await symlink(folder, link);
  return folder;
}

export const publicFolder = (tag: string, name: string): string => join(PUBLIC, `lockstep-sandbox-${tag}`, name);

export async function removePlace(folder: string, tag: string, name: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  if (folder === publicFolder(tag, name)) await rm(dirname(folder), { recursive: true, force: true });
}

export async function makeFolders(folder: string): Promise<void> {
  const { lxc, root, data, bin, ssh, sys, log, boxConfig } = boxLayout(folder);
  for (const one of [lxc, root, data, bin, ssh, sys, log, dirname(boxConfig)]) await mkdir(one, { recursive: true, mode: 0o755 });
}

async function isPublic(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return folder === '/' || isPublic(dirname(folder));
}
