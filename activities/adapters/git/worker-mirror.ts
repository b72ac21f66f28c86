/**
 * The worker's own mirror of a repository: a cache, of which several workers on one machine share the
 * folder. Within one process one fetch at a time; between processes git's own locks do.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../domain/faults';
import type { Sha } from '../../../domain/model/ids';
import { bringCommit } from '../../../mirror/bring-commit';
import { levelRefs } from '../../../mirror/level-refs';
import type { Mirror } from '../../../mirror/mirror';
import { resolveRef } from '../../../mirror/resolve-ref';
import type { Revision } from '../../ports/source-port';
import { git } from './git';

/** Longer than any git here may run: a lock that is older was left by one that died. */
const LEFT_AFTER_MS = 15 * 60_000;

export interface WorkerMirror {
  readonly folder: string;
  readonly repo: string;
}

export const mirrorFor = (folder: string, repo: string): WorkerMirror => ({
  folder: join(folder, `${createHash('sha256').update(repo).digest('hex').slice(0, 16)}.git`),
  repo,
});

const fetching = new Map<string, Promise<void>>();

/** Who comes while another fetches waits for a fetch of his own: the other's may have begun too early for him. */
export async function fetchMirror(mirror: WorkerMirror): Promise<void> {
  const before = fetching.get(mirror.folder) ?? Promise.resolve();
  const mine = before.catch(() => {}).then(() => fetchAll(mirror));
  fetching.set(mirror.folder, mine);
  try {
    await mine;
  } finally {
    if (fetching.get(mirror.folder) === mine) fetching.delete(mirror.folder);
  }
}

async function fetchAll(mirror: WorkerMirror): Promise<void> {
  const { folder } = mirror;
  await makeBare(folder);
  await removeLeftLocks(folder);
  await levelRefs(beside(mirror));
}

/** As `mirror/` knows it. */
const beside = ({ folder, repo }: WorkerMirror): Mirror => ({
  url: repo,
  who: 'worker',
  git: (args, limits) => git(['-C', folder, ...args], limits),
});

/** Under its name only when it is whole; another worker may have been first. */
async function makeBare(folder: string): Promise<void> {
  if (await isThere(folder)) return;
  const fresh = `${folder}.${process.pid}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const made = await git(['init', '--quiet', '--bare', fresh]);
  if (!made.ok) throw new Fault('CommandFailed', `The worker can not make the mirror ${folder}.`, { evidence: made.evidence });
  await rename(fresh, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(fresh, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

async function removeLeftLocks(folder: string): Promise<void> {
  const locks = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.lock'));
  for (const path of locks.map((lock) => join(folder, lock))) {
    const seen = await stat(path).catch(() => null);
    if (seen && Date.now() - seen.mtimeMs > LEFT_AFTER_MS) await rm(path, { force: true });
  }
}

/** In a mirror that was fetched. */
export const resolveIn = (mirror: WorkerMirror, ref: string): Promise<Revision> =>
  resolveRef(beside(mirror), ref, { bring: true });

/** Fetches only when it is not there yet; by its own id where no branch or tag reaches it. */
export async function ensureCommit(mirror: WorkerMirror, commit: Sha): Promise<void> {
  if (await hasCommit(mirror, commit)) return;
  await fetchMirror(mirror);
  if (!(await hasCommit(mirror, commit))) await bringCommit(beside(mirror), commit);
}

export async function hasCommit({ folder }: WorkerMirror, commit: Sha): Promise<boolean> {
  return (await isThere(folder)) && (await git(['-C', folder, 'cat-file', '-e', `${commit}^{commit}`])).ok;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
