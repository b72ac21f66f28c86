/** `requires.from` of a release: the commit that the code a locker comes from must contain. Looks only. */
import type { Sha } from '../../domain/model/ids';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import { git } from './git';
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

async function commitOf(mirror: string, ref: string): Promise<string | null> {
  for (const name of [`refs/tags/${ref}`, ...(/^[0-9a-f]{7,40}$/.test(ref) ? [ref] : [])]) {
    const ran = await git(['-C', mirror, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
    if (ran.code === 0) return ran.stdout.trim();
  }
  return null;
}

const lacks = async (mirror: string, required: string, code: Sha): Promise<boolean> =>
  (await git(['-C', mirror, 'merge-base', '--is-ancestor', required, code])).code !== 0;
