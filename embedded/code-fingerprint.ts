/**
 * What a worker was started from: the product's version, its source files' times and sizes, the
 * fleet file and the server. Another fingerprint now means that the running worker is an older one.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that runs inside a worker. */
const FOLDERS = ['workers', 'workflows', 'activities', 'domain', 'box', 'codec'];

export async function codeFingerprint(root: string, alsoFrom: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([await productVersion(root), process.version, ...alsoFrom]));
  for (const folder of FOLDERS) for (const line of await sources(join(root, folder))) hash.update(line);
  return hash.digest('hex').slice(0, 16);
}

export async function productVersion(root: string): Promise<string> {
  return (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

async function sources(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.ts'));
  const stats = await Promise.all(names.toSorted().map(async (name) => ({ name, file: await stat(join(folder, name)) })));
  return stats.map(({ name, file }) => `${name} ${file.mtimeMs} ${file.size}\n`);
}
