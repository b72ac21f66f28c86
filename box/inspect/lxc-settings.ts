/** The `key = value` lines of an LXC config, includes followed. What LXC reads last wins; lists keep all. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export type LxcSettings = ReadonlyMap<string, readonly string[]>;

/** An include that includes itself must not hang the inspect. */
const MAX_DEPTH = 8;

export async function readLxcSettings(file: string): Promise<LxcSettings> {
  const found = new Map<string, string[]>();
  await readInto(found, file, 0);
  return found;
}

async function readInto(found: Map<string, string[]>, file: string, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw new Error(`${file}: lxc.include nested deeper than ${MAX_DEPTH}`);
  for (const [key, value] of parseLxcConfig(await readFile(file, 'utf8'))) {
    if (key === 'lxc.include') {
      for (const included of await includedFiles(value)) await readInto(found, included, depth + 1);
    } else if (value === '') found.delete(key);
    else found.set(key, [...(found.get(key) ?? []), value]);
  }
}

/** What is written as a folder and is not there is nothing, as for LXC: its own userns.conf includes one that Debian 12 lacks. */
export async function includedFiles(path: string): Promise<string[]> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && path.endsWith('/')) return null;
    throw error;
  });
  if (there === null) return [];
  if (!there.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.conf'));
  return names.toSorted().map((name) => join(path, name));
}

export function parseLxcConfig(text: string): [string, string][] {
  return text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*([a-z0-9._]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
    // LXC takes one pair of quotes off, too.
    return key === undefined || value === undefined ? [] : [[key, value.replace(/^(["'])(.*)\1$/, '$2')] as [string, string]];
  });
}
