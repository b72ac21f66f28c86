/**
 * The workflow code in one file, as Temporal's worker runs it. To make it costs four seconds of CPU (docs/performance.md),
 * so that it is made once for the same sources and kept with the binaries.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

export interface BundleWishes {
  /** Of a checkout of the product: the folders beside it are its sources. */
  readonly workflowsPath: string;
  /** Of the data converter, which runs among the workflows. */
  readonly failureConverterPath?: string | undefined;
  /** Where bundles are kept; it need not be there, nor writable. */
  readonly folder: string;
}

/** What the workflows import is in these; test/workflows/bundle.test.ts holds it to that. */
export const SOURCES = ['activities', 'codec', 'domain', 'workflows'] as const;
/** Other checkouts and versions may share the folder. */
const KEEP = 6;

export async function workflowBundle(wishes: BundleWishes): Promise<{ code: string }> {
  const { folder, workflowsPath, failureConverterPath } = wishes;
  const file = join(folder, `${await keyOf(wishes)}.js`);
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return { code: kept };
  const converter = failureConverterPath === undefined ? {} : { failureConverterPath };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN'), ...converter });
  // Without a kept one it takes longer the next time, and nothing else.
  await keep(file, code).catch(() => {});
  return { code };
}

/** Of the sources and of the packages; of their place too, which stands in the stack of an error. */
async function keyOf({ workflowsPath, failureConverterPath }: BundleWishes): Promise<string> {
  const root = dirname(dirname(workflowsPath));
  const hash = createHash('sha256').update(JSON.stringify([workflowsPath, failureConverterPath ?? null]));
  const files = (await Promise.all(SOURCES.map((name) => sourcesIn(join(root, name))))).flat().toSorted();
  for (const file of [join(__dirname, '../package-lock.json'), ...files]) {
    const text = await readFile(file);
    hash.update(`${file}\0${text.length}\0`).update(text);
  }
  return hash.digest('hex').slice(0, 32);
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Whole or not at all, whoever else writes it and whatever dies. */
async function keep(file: string, code: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const beside = join(folder, `.${basename(file)}.${randomUUID()}`);
  try {
    const handle = await open(beside, 'wx');
    try {
      await handle.writeFile(code);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
  await forgetOld(folder);
}

async function forgetOld(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const aged = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
  const old = aged.toSorted((one, other) => other.at - one.at).slice(KEEP);
  for (const { file } of old) await rm(file, { force: true });
}
