/** Everything that runs on a box, as one CommonJS file for Node ≥ 18: the box needs no npm. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '..');

/** The text of the file. Built in memory, in a fraction of a second. */
export async function bundleBox(): Promise<string> {
  const built = await build({
    entryPoints: [join(root, 'box/main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    inject: [join(root, 'box/node18.ts')],
    write: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [file] = built.outputFiles;
  if (!file) throw new Error('esbuild wrote no file for box/main.ts');
  return file.text;
}

export async function writeBundle(path: string): Promise<void> {
  await writeFile(path, await bundleBox(), { mode: 0o755 });
}
