/**
 * A path of a running locker as the box sees it. Links are followed by hand: the kernel would take an absolute one
 * of the locker's for a path of the box.
 */
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoxConfig } from '../../domain/protocol/box-config';

/** As the kernel's own limit. */
const MAX_LINKS = 40;

/** null: its links lead round in a circle. */
export async function pathInLocker(kind: BoxConfig['kind'], initPid: number, path: string): Promise<string | null> {
  return kind === 'process' ? path : resolveBelow(`/proc/${initPid}/root`, path);
}

export async function resolveBelow(root: string, path: string): Promise<string | null> {
  const left = path.split('/');
  const found: string[] = [];
  let links = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      found.pop();
      continue;
    }
    const target = await readlink(join(root, ...found, part)).catch(() => null);
    if (target === null) {
      found.push(part);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return null;
    if (target.startsWith('/')) found.length = 0;
    left.unshift(...target.split('/'));
  }
  return join(root, ...found);
}
