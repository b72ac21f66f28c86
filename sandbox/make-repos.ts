/** The sample service's repositories, made once: a `commit` in them must survive the next `up`. */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fastImport } from './fast-import';
import type { Commit } from './fast-import';
import { git, initBare } from './git';
import { codeHistory, configHistory } from './sample-history';
import type { SandboxLayout } from './sandbox-layout';

const SOURCES = join(__dirname, 'locker-service');
/** Written by each revision itself. */
const BY_REVISION = new Set(['release.json']);

export async function makeRepos({ codeRepo, configRepo }: SandboxLayout): Promise<void> {
  await makeRepo(codeRepo, async () => codeHistory(await serviceSources()));
  await makeRepo(configRepo, async () => configHistory());
}

/** Made beside and renamed: a half-made repository is never taken for a whole one. */
async function makeRepo(repo: string, commits: () => Promise<Commit[]>): Promise<void> {
  if (existsSync(repo)) return;
  const beside = `${repo}.new`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(dirname(repo), { recursive: true, mode: 0o755 });
  await initBare(beside);
  await git(beside, ['fast-import', '--quiet'], fastImport(await commits()));
  // A box fetches by full commit id.
  await git(beside, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  await rename(beside, repo);
}

async function serviceSources(): Promise<Record<string, string>> {
  const names = (await readdir(SOURCES)).filter((name) => !BY_REVISION.has(name));
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(SOURCES, name), 'utf8')] as const));
  return Object.fromEntries(files);
}
