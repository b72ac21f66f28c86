/**
 * The ids that unprivileged containers of tests have outside. Where `newuidmap` is there (Debian's lxc recommends it),
 * LXC asks it as root, too, and that one wants to see the range written down for root.
 */
import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';

/** A range that nobody else has, so that taking its line away takes nothing of the machine's. */
export const MAPPED_IDS = { first: 1_731_072, count: 65_536 };

const FILES = ['/etc/subuid', '/etc/subgid'];
const LINE = `root:${MAPPED_IDS.first}:${MAPPED_IDS.count}\n`;

export async function allowMappedIds(): Promise<void> {
  if (!existsSync('/usr/bin/newuidmap')) return;
  for (const file of FILES) if (!(await textOf(file)).includes(LINE)) await appendFile(file, LINE);
}

export async function forgetMappedIds(): Promise<void> {
  for (const file of FILES) {
    const text = await textOf(file);
    if (text.includes(LINE)) await writeFile(file, text.replace(LINE, ''));
  }
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
