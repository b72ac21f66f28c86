/** The `lxc-…` commands of a box of processes, and its Node, which need not be on the usual path. */
import { readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { putFile } from '../put-file';
import { boxLayout } from '../sandbox-layout';
import type { ProcessBox } from '../sandbox-state';

const COMMANDS = ['start', 'stop', 'wait', 'info', 'attach', 'freeze', 'unfreeze', 'ls'];

export const nodeOf = ({ folder }: ProcessBox): string => join(boxLayout(folder).bin, 'node');

export async function installCommands(box: ProcessBox): Promise<void> {
  const text = await readFile(join(__dirname, 'lxc.sh'), 'utf8');
  for (const command of COMMANDS) await putFile(join(boxLayout(box.folder).bin, `lxc-${command}`), text, 0o755);
  await linkNode(nodeOf(box));
}

/** In one step: a locker may be starting. */
async function linkNode(link: string): Promise<void> {
  if ((await readlink(link).catch(() => null)) === process.execPath) return;
  await rm(`${link}.new`, { force: true });
  await symlink(process.execPath, `${link}.new`);
  await rename(`${link}.new`, link);
}
