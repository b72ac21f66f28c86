/** What can't be used is never deleted: it gets a name of its own beside where it was. */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';

/** Returns its new path. */
export async function setAside(file: string): Promise<string> {
  const stem = `${file}.former-${new Date().toISOString().slice(0, 10)}`;
  let path = stem;
  for (let number = 2; existsSync(path); number += 1) path = `${stem}-${number}`;
  await rename(file, path);
  return path;
}
