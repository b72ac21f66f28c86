/**
 * SourcePort on git. A bundle is made once and kept for a day under what it holds, so that another
 * attempt, of another worker too, goes on with the same bytes where the box's part of them ends.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../domain/faults';
import type { Sha } from '../../../domain/model/ids';
import type { FileToPush, SourcePort } from '../../ports/source-port';
import { fileToPush } from './file-to-push';
import { git } from './git';
import { ensureCommit, fetchMirror, hasCommit, mirrorFor, resolveIn } from './worker-mirror';
import type { WorkerMirror } from './worker-mirror';

const KEPT_FOR_MS = 24 * 60 * 60_000;

/** `folder`: the worker's own, made when it is needed. */
export function makeGitSource(folder: string): SourcePort {
  const mirrors = join(folder, 'mirrors');
  return {
    resolve: async (repo, ref) => {
      const mirror = mirrorFor(mirrors, repo);
      await fetchMirror(mirror);
      return resolveIn(mirror, ref);
    },
    bundle: async (repo, commit, tips) => {
      const mirror = mirrorFor(mirrors, repo);
      await ensureCommit(mirror, commit);
      return bundleOf(mirror, { commit, tips, folder: join(folder, 'bundles') });
    },
    packed: async (repo, commit, { folder: packed, lockfile }) => {
      const mirror = mirrorFor(mirrors, repo);
      await ensureCommit(mirror, commit);
      return packedFor(mirror, { commit, lockfile, folder: packed });
    },
  };
}

interface Bundling {
  readonly commit: Sha;
  readonly tips: readonly Sha[];
  readonly folder: string;
}

async function bundleOf(mirror: WorkerMirror, { commit, tips, folder }: Bundling): Promise<FileToPush> {
  const known: Sha[] = [];
  for (const tip of tips) if (await hasCommit(mirror, tip)) known.push(tip);
  const name = createHash('sha256')
    .update([commit, ...known.toSorted()].join(' '))
    .digest('hex');
  const file = join(folder, `${name}.bundle`);
  if ((await stat(file).catch(() => null)) === null) await makeBundle(mirror, { commit, tips: known, folder }, file);
  return fileToPush(file);
}

/** Of a ref with the commit's own name: another fetch may move every branch meanwhile. */
async function makeBundle(
  { folder: mirror, repo }: WorkerMirror,
  { commit, tips, folder }: Bundling,
  file: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeOld(folder);
  const ref = `refs/pushed/${commit}`;
  const beside = `${file}.${randomBytes(4).toString('hex')}.new`;
  const without = tips.map((tip) => `^${tip}`);
  for (const args of [
    ['update-ref', ref, commit],
    ['bundle', 'create', '--quiet', beside, ref, ...without],
  ]) {
    const ran = await git(['-C', mirror, ...args]);
    if (ran.ok) continue;
    await rm(beside, { force: true });
    throw new Fault('CommandFailed', `The worker can not bundle ${commit} of ${repo}.`, { evidence: ran.evidence });
  }
  await rename(beside, file);
}

async function removeOld(folder: string): Promise<void> {
  for (const path of (await readdir(folder)).map((name) => join(folder, name))) {
    const seen = await stat(path).catch(() => null);
    if (seen && Date.now() - seen.mtimeMs > KEPT_FOR_MS) await rm(path, { force: true });
  }
}

interface Packed {
  readonly commit: Sha;
  readonly lockfile: string;
  readonly folder: string;
}

async function packedFor({ folder: mirror, repo }: WorkerMirror, { commit, lockfile, folder }: Packed): Promise<FileToPush> {
  const found = await git(['-C', mirror, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:${lockfile}`]);
  const id = found.stdout.trim();
  if (!found.ok) throw new Fault('BuildFailed', `${repo} has no ${lockfile} at ${commit}, by which its dependencies are packed.`);
  for (const ending of ['tar.gz', 'tar']) {
    const file = join(folder, `${id}.${ending}`);
    if ((await stat(file).catch(() => null)) !== null) return fileToPush(file);
  }
  throw new Fault('BuildFailed', `The dependencies of ${lockfile} at ${commit} are not packed.`, {
    evidence: [`looked for ${join(folder, id)}.tar.gz and .tar`],
    cure: `Put what the build needs there, as a tar; its name is what \`git rev-parse <commit>:${lockfile}\` says.`,
  });
}
