/** A copy of the product's sources with some pieces replaced: a worker of another make, for the orchestrator's half. */
import { cp, mkdtemp, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../box/run';
import type { Finished } from '../../../domain/model/status';
import type { Sandbox } from '../../support/sandbox';
import { edited } from './broken-lockerd';
import type { Edit } from './broken-lockerd';

export const PRODUCT = join(__dirname, '../../..');
/** Of the repository all but what is about the product, and what running it has left. */
const NOT_COPIED = new Set(['.git', '.lockstep', 'node_modules', 'test', 'bench', 'docs', 'findings']);

/** The folder is the caller's to remove. */
export async function copyProduct(edits: readonly Edit[]): Promise<string> {
  // Before anything is made: a piece that is gone is to leave nothing behind.
  for (const edit of edits) edited(await readFile(join(PRODUCT, edit.file), 'utf8'), edit);
  const copy = await mkdtemp(join(tmpdir(), 'lockstep-copy-'));
  const parts = (await readdir(PRODUCT)).filter((name) => !NOT_COPIED.has(name));
  for (const part of parts) await cp(join(PRODUCT, part), join(copy, part), { recursive: true });
  await symlink(join(PRODUCT, 'node_modules'), join(copy, 'node_modules'));
  for (const edit of edits) {
    const file = join(copy, edit.file);
    await writeFile(file, edited(await readFile(file, 'utf8'), edit));
  }
  return copy;
}

const ROLLS_WITHIN_MS = 170_000;

/** `start-rollout` of that product, followed to its end. */
export async function rollOut(product: string, sandbox: Sandbox, env: NodeJS.ProcessEnv): Promise<Finished> {
  const { box, fleetFile } = sandbox;
  const tsx = join(PRODUCT, 'node_modules/.bin/tsx');
  const argv = [tsx, join(product, 'starters/start-rollout.ts'), '--box', box, '--fleet', fleetFile, '--json'];
  const ran = await run(argv, { timeoutMs: ROLLS_WITHIN_MS, cwd: product, env: { ...process.env, ...env } });
  const last = JSON.parse(ran.stdout.trim().split('\n').at(-1) || '{}') as Partial<Finished>;
  if (last.kind !== 'finished') throw new Error(`the rollout did not finish (${ran.code})\n${ran.stdout}\n${ran.stderr}`);
  return last as Finished;
}
