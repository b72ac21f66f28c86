/** A bare mirror of a repository: fetched when asked, one fetch at a time, never a half made one. */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../../domain/faults';
import { Sha } from '../../domain/model/ids';
import type { ServiceName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { Repository } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { makeTurns } from '../jobs/turns';
import { evidenceOf } from '../run';
import { askGit, git } from './git';
import { clearLeft, mirrorEntry } from './left-in-mirror';

/** A first fetch of a large repository over a slow line. */
const FETCH_MS = 10 * 60_000;

const turns = makeTurns<string>();

/** Where its commits come from. */
export interface Origin {
  readonly url: string;
  /** The box can't fetch it: a worker brings what is missing (take-in.ts). */
  readonly pushed: boolean;
}

export function originOf(service: ServiceConfig, repository: Repository): Origin {
  return { url: service[repository].repo, pushed: service.stage === 'push' };
}

export const mirrorOf = ({ paths }: Pick<BoxContext, 'paths'>, service: ServiceName, repository: Repository): string =>
  repository === 'code' ? paths.codeMirror(service) : paths.configMirror(service);

/** Fetches all branches and tags; of one that is pushed there is nothing to fetch. Throws RepoUnreachable with git's last lines. */
export async function updateMirror(mirror: string, { url, pushed }: Origin): Promise<void> {
  if (!pushed) await changeMirror(mirror, () => fetchAll(mirror, url));
}

/** One at a time, in a mirror that is there and free of what a git left that died. */
export function changeMirror<T>(mirror: string, work: () => Promise<T>): Promise<T> {
  return turns(mirror, async () => {
    if (await exists(mirror)) await clearLeft(mirror);
    else await makeBare(mirror);
    return work();
  });
}

async function fetchAll(mirror: string, url: string): Promise<void> {
  const specs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  const fetch = ['-C', mirror, 'fetch', '--quiet', '--prune', '--no-write-fetch-head', '--', url, ...specs];
  const ran = await git(fetch, FETCH_MS, mirrorEntry(mirror));
  if (ran.code === 0) return;
  // The repository has nothing to do with it: nothing is gained by trying again.
  const full = /No space left on device/i.test(ran.stderr);
  const sentence = full ? `The disk of the box is full: it can not take up ${url}.` : `The box can not fetch ${url}.`;
  throw new Fault(full ? 'DiskFull' : 'RepoUnreachable', sentence, { evidence: evidenceOf(ran) });
}

async function makeBare(mirror: string): Promise<void> {
  const temporary = `${mirror}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(dirname(mirror), { recursive: true });
  const ran = await git(['init', '--quiet', '--bare', temporary]);
  if (ran.code !== 0)
    throw new Fault('CommandFailed', `The box can not make the mirror ${mirror}.`, { evidence: evidenceOf(ran) });
  await rename(temporary, mirror);
}

/** Fetches only when the commit is not there yet. */
export async function ensureCommit(mirror: string, origin: Origin, sha: Sha): Promise<void> {
  if (await hasCommit(mirror, sha)) return;
  await updateMirror(mirror, origin);
  if (await hasCommit(mirror, sha)) return;
  const { url, pushed } = origin;
  if (pushed) throw new Fault('PushIncomplete', `Commit ${sha} of ${url} was not pushed to the box.`);
  throw new Fault('RefUnknown', `${url} has no commit ${sha}.`, { cure: 'Was it force-pushed away? Plan again.' });
}

export async function hasCommit(mirror: string, sha: Sha): Promise<boolean> {
  return (await exists(mirror)) && (await git(['-C', mirror, 'cat-file', '-e', `${sha}^{commit}`])).code === 0;
}

/** A branch, else a tag, else a full commit. Throws RefUnknown with the refs that exist. */
export async function resolveRef(mirror: string, { url, pushed }: Origin, ref: string): Promise<Sha> {
  if (pushed && !(await exists(mirror))) throw new Fault('RefUnknown', `Nothing of ${url} was ever pushed to the box.`);
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`, ...(Sha.safeParse(ref).success ? [ref] : [])];
  for (const name of names) {
    const ran = await git(['-C', mirror, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
    const sha = Sha.safeParse(ran.stdout.trim());
    if (ran.code === 0 && sha.success) return sha.data;
  }
  const there = await askGit([
    '-C',
    mirror,
    'for-each-ref',
    '--format=%(refname:short)',
    '--count=20',
    'refs/heads',
    'refs/tags',
  ]);
  const evidence = there.split('\n').filter(Boolean);
  throw new Fault('RefUnknown', `${url} has no branch, tag or commit "${ref}".`, { evidence: ['it has:', ...evidence] });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
