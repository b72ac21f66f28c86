/** An LXC config from the disk with all that it names: includes (a folder gives its *.conf) and fstab. */
import { readFile } from 'node:fs/promises';
import { namedIn } from '../../domain/adopt/lxc-config';
import type { LxcSource, LxcText } from '../../domain/adopt/lxc-config';
import { includedFiles } from '../inspect/lxc-settings';

/** Throws what the file system says: LXC could not read it either. */
export async function readLxcSource(file: string, text: string): Promise<LxcSource> {
  const includes: Record<string, LxcText[]> = {};
  const waiting: LxcText[] = [{ file, text }];
  const all: LxcText[] = [];
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    all.push(one);
    for (const value of namedIn(one.text, 'lxc.include')) {
      // Each but once: an include may well include itself.
      if (includes[value] !== undefined) continue;
      includes[value] = await textsOf(value);
      waiting.push(...includes[value]);
    }
  }
  const fstabs: Record<string, string> = {};
  for (const path of all.flatMap((one) => namedIn(one.text, 'lxc.mount.fstab'))) fstabs[path] = await readFile(path, 'utf8');
  return { file, text, includes, fstabs };
}

async function textsOf(path: string): Promise<LxcText[]> {
  const files = await includedFiles(path);
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
}
