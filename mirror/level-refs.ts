/**
 * Makes the mirror's branches and tags those of its origin, and believes it only when both were compared:
 * git's exit code 0 does not say so (from a shallow clone it takes nothing and warns).
 */
import { differences, leftOf, refsIn } from './differences';
import type { Refs } from './differences';
import type { GitRan, Mirror } from './mirror';
import { refsNotTaken } from './refs-not-taken';
import { unreachable } from './unreachable';
import { askingNobody, ofAnyOwner } from './ways';

/** Only names and ids are sent: a server that says nothing for so long says nothing. */
const LIST_MS = 60_000;
/** A first fetch of a large repository over a slow line. */
const FETCH_MS = 10 * 60_000;
/** Some hundred thousand refs. */
const LIST_BYTES = 64 * 1024 * 1024;
/** Somebody may push between our two looks, or another git hold a lock: once more tells. */
const ROUNDS = 2;

/** Nothing is fetched where they are level already. Throws RepoUnreachable, DiskFull, RefsNotTaken. */
export async function levelRefs(mirror: Mirror): Promise<void> {
  const quietly = await askingNobody(mirror);
  for (let round = 1; ; round++) {
    const before = await theirs(mirror, quietly);
    if (differences(before, await ours(mirror)).length === 0) return;
    const fetched = await fetchAll(mirror, quietly);
    const here = await ours(mirror);
    const missed = differences(before, here);
    if (missed.length === 0) return;
    // A ref that moved meanwhile is level with what it was or with what it became.
    const still = leftOf(missed, differences(await theirs(mirror, quietly), here));
    if (still.length === 0) return;
    if (round === ROUNDS) throw refsNotTaken(mirror, still, fetched);
  }
}

async function theirs(mirror: Mirror, quietly: readonly string[]): Promise<Refs> {
  const { git, url } = mirror;
  const list = [...quietly, 'ls-remote', '--heads', '--tags', '--refs', ...ofAnyOwner(url), '--', url];
  const ran = await git(list, { timeoutMs: LIST_MS, keepBytes: LIST_BYTES });
  if (ran.code !== 0) throw unreachable(mirror, ran);
  return refsIn(ran.stdout);
}

async function ours(mirror: Mirror): Promise<Refs> {
  const list = ['for-each-ref', '--format=%(objectname)%09%(refname)', 'refs/heads', 'refs/tags'];
  const ran = await mirror.git(list, { keepBytes: LIST_BYTES });
  if (ran.code !== 0) throw unreachable(mirror, ran);
  return refsIn(ran.stdout);
}

/** It answers, and can not give what its refs name: trying again helps nobody. */
const OF_THE_REPOSITORY = /not our ref|possible repository corruption|mismatched algorithms/;

/** Throws where it was neither single refs nor the state of the repository that stood in the way. */
async function fetchAll(mirror: Mirror, quietly: readonly string[]): Promise<GitRan> {
  const { git, url } = mirror;
  const specs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  const flags = ['--quiet', '--prune', '--no-write-fetch-head', ...ofAnyOwner(url)];
  const ran = await git([...quietly, 'fetch', ...flags, '--', url, ...specs], { timeoutMs: FETCH_MS });
  const ofTheRefs = ran.code === 0 || ran.code === 1 || OF_THE_REPOSITORY.test(ran.stderr);
  if (!ofTheRefs || /No space left on device/i.test(ran.stderr)) throw unreachable(mirror, ran);
  return ran;
}
