/** A commit that no branch and no tag of the origin reaches: asked for by its id, which not every server grants. */
import { Fault } from '../domain/faults';
import type { Sha } from '../domain/model/ids';
import type { GitRan, Mirror } from './mirror';
import { unreachable } from './unreachable';
import { SPOKEN_ANEW, askingNobody, isSsh, ofAnyOwner } from './ways';

const FETCH_MS = 10 * 60_000;

/** It is there and nobody may have it by its id, as the elder protocol tells it. */
const NOT_GRANTED = /unadvertised object/;
const NOT_THERE = /not our ref|not valid|Unable to find|Cannot obtain needed object|bad object/;

/** Throws RefUnknown where the origin does not have it or does not give it away, RepoUnreachable. */
export async function bringCommit(mirror: Mirror, commit: Sha): Promise<void> {
  const { url } = mirror;
  const asked = await fetchById(mirror, commit, ofAnyOwner(url));
  if (asked.code === 0) return assertCommit(mirror, commit);
  const refused = NOT_GRANTED.test(asked.stderr);
  const again = refused && isSsh(url) ? await fetchById(mirror, commit, [SPOKEN_ANEW]) : null;
  if (again?.code === 0) return assertCommit(mirror, commit);
  if (again && NOT_THERE.test(again.stderr)) throw notThere(mirror, commit, again);
  if (refused) throw notGranted(mirror, commit, asked);
  if (NOT_THERE.test(asked.stderr)) throw notThere(mirror, commit, asked);
  throw unreachable(mirror, asked);
}

/** Kept by a ref of its own, which no prune takes: without one git would collect it as garbage one day. */
async function fetchById(mirror: Mirror, commit: Sha, way: readonly string[]): Promise<GitRan> {
  const flags = ['--quiet', '--no-write-fetch-head', '--no-tags', ...way];
  const fetch = ['fetch', ...flags, '--', mirror.url, `${commit}:refs/asked/${commit}`];
  return mirror.git([...(await askingNobody(mirror)), ...fetch], { timeoutMs: FETCH_MS });
}

/** A server gives a tree or a file by its id as well. */
async function assertCommit({ git, url }: Mirror, commit: Sha): Promise<void> {
  if ((await git(['cat-file', '-e', `${commit}^{commit}`])).code === 0) return;
  await git(['update-ref', '-d', `refs/asked/${commit}`]);
  throw new Fault('RefUnknown', `${commit} of ${url} is no commit.`, { cure: 'Name a branch, a tag or a full commit id.' });
}

const notThere = ({ url }: Mirror, commit: Sha, { evidence }: GitRan): Fault =>
  new Fault('RefUnknown', `${url} has no commit ${commit}.`, { evidence, cure: 'Was it force-pushed away? Plan again.' });

const notGranted = ({ url }: Mirror, commit: Sha, { evidence }: GitRan): Fault =>
  new Fault('RefUnknown', `No branch or tag of ${url} reaches ${commit}, and its server gives no commit by its id.`, {
    evidence,
    cure: 'Give it a branch or a tag there; or let the server give it: `git config uploadpack.allowAnySHA1InWant true` in the repository, and over ssh also `AcceptEnv GIT_PROTOCOL` in its sshd_config.',
  });
