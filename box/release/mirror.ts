/** A bare mirror of a repository: fetched when asked, one fetch at a time, never a half made one. */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../../domain/faults';
import type { ServiceName, Sha } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { Repository } from '../../domain/protocol/verbs';
import { bringCommit } from '../../mirror/bring-commit';
import { levelRefs } from '../../mirror/level-refs';
import type { Mirror } from '../../mirror/mirror';
import { resolveRef } from '../../mirror/resolve-ref';
import type { BoxContext } from '../context';
import { makeTurns } from '../jobs/turns';
import { evidenceOf } from '../run';
import { git, runGit } from './git';
import { clearLeft, mirrorEntry } from './left-in-mirror';

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

/** Its branches and tags become those of its origin; of one that is pushed there is nothing to fetch. Throws RepoUnreachable, DiskFull, RefsNotTaken. */
export async function updateMirror(mirror: string, origin: Origin): Promise<void> {
  if (!origin.pushed) await changeMirror(mirror, () => levelRefs(beside(mirror, origin)));
}

/** Looks into a mirror, as `mirror/` asks for it. */
export const lookingIn = (mirror: string, more: NodeJS.ProcessEnv = {}): Pick<Mirror, 'git'> => ({
  git: async (args, limits) => {
    const ran = await runGit(['-C', mirror, ...args], { ...limits, more });
    return { ...ran, evidence: evidenceOf(ran) };
  },
});

/** For whoever changes it. */
const beside = (mirror: string, { url }: Origin): Mirror => ({ ...lookingIn(mirror, mirrorEntry(mirror)), url, who: 'box' });

/** One at a time, in a mirror that is there and free of what a git left that died. */
export function changeMirror<T>(mirror: string, work: () => Promise<T>): Promise<T> {
  return turns(mirror, async () => {
    if (await exists(mirror)) await clearLeft(mirror);
    else await makeBare(mirror);
    return work();
  });
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

/** Fetches only when the commit is not there yet; by its own id where no branch or tag reaches it. */
export async function ensureCommit(mirror: string, origin: Origin, sha: Sha): Promise<void> {
  if (await hasCommit(mirror, sha)) return;
  const { url, pushed } = origin;
  if (pushed) throw new Fault('PushIncomplete', `Commit ${sha} of ${url} was not pushed to the box.`);
  await updateMirror(mirror, origin);
  await changeMirror(mirror, async () => {
    if (!(await hasCommit(mirror, sha))) await bringCommit(beside(mirror, origin), sha);
  });
}

export async function hasCommit(mirror: string, sha: Sha): Promise<boolean> {
  return (await exists(mirror)) && (await git(['-C', mirror, 'cat-file', '-e', `${sha}^{commit}`])).code === 0;
}

/** A full commit id, else a branch, else a tag, in a mirror that was updated. Throws RefUnknown with the refs that exist. */
export async function resolveIn(mirror: string, origin: Origin, ref: string): Promise<Sha> {
  const { url, pushed } = origin;
  if (pushed && !(await exists(mirror))) throw new Fault('RefUnknown', `Nothing of ${url} was ever pushed to the box.`);
  return changeMirror(mirror, async () => (await resolveRef(beside(mirror, origin), ref, { bring: !pushed })).commit);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
