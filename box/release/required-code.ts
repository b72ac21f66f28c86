/** `requires.from` of a release: the commit that the code a locker comes from must contain. Looks only. */
import type { Sha } from '../../domain/model/ids';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import { lookUpBeginning, lookUpTag } from '../../mirror/look-up-ref';
import { git } from './git';
import { lookingIn } from './mirror';
import { invalid } from './read-manifest';

interface Asked {
  readonly mirror: string;
  /** Of the release that asks. */
  readonly revision: Sha;
  readonly manifest: ReleaseManifest;
}

/**
 * Tells of a locker's code whether it is too old. A commit that the mirror does not have (adopted from
 * elsewhere, force-pushed away) is: nobody can say what it contains. Throws ManifestInvalid where the
 * release names a commit that is none.
 */
export async function tooOldFor({ mirror, revision, manifest }: Asked): Promise<(code: Sha) => Promise<boolean>> {
  const from = manifest.requires?.from;
  if (from === undefined) return async () => false;
  const required = await commitOf(mirror, from);
  if (required === null) throw invalid(revision, 'is not valid', [`requires.from: the repository has no commit or tag ${from}`]);
  const known = new Map<Sha, Promise<boolean>>();
  return (code) => {
    const asked = known.get(code) ?? lacks(mirror, required, code);
    known.set(code, asked);
    return asked;
  };
}

/** A tag, a commit id, or the beginning of one. */
async function commitOf(mirror: string, from: string): Promise<string | null> {
  const looking = lookingIn(mirror);
  const named = await lookUpTag(looking, from);
  const found = named.kind === 'none' ? await lookUpBeginning(looking, from) : named;
  return found.kind === 'commit' ? found.commit : null;
}

const lacks = async (mirror: string, required: string, code: Sha): Promise<boolean> =>
  (await git(['-C', mirror, 'merge-base', '--is-ancestor', required, code])).code !== 0;
