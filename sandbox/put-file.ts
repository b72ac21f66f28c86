import { readFile, rename, writeFile } from 'node:fs/promises';

/** Renamed into place: a running lockerd may be reading it. False: it was there already. */
export async function putFile(file: string, text: string, mode: number): Promise<boolean> {
  if ((await readFile(file, 'utf8').catch(() => null)) === text) return false;
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
  return true;
}
