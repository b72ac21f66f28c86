/**
 * `lockstep.json` of a release, by its full commit out of the box's own mirror: what was looked at when
 * the plan was made is what stage builds by. The commit must be there.
 */
import { Fault } from '../../domain/faults';
import type { Sha } from '../../domain/model/ids';
import { NO_MANIFEST, parseManifest } from '../../domain/model/release-manifest';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import { askGit } from './git';

const FILE = 'lockstep.json';

/** Absent: nothing to build and nothing asked. Throws ManifestInvalid with each place that is wrong. */
export async function readManifest(mirror: string, revision: Sha): Promise<ReleaseManifest> {
  const entry = (await askGit(['-C', mirror, 'ls-tree', '-z', revision, '--', FILE])).split('\0')[0] ?? '';
  if (entry === '') return NO_MANIFEST;
  // `<mode> <type> <object>\t<path>`; a link would say nothing of this commit.
  const object = /^100(?:644|755) blob ([0-9a-f]{40})\t/.exec(entry)?.[1];
  if (object === undefined) throw invalid(revision, 'is no plain file', [entry]);
  const parsed = parseManifest(await askGit(['-C', mirror, 'cat-file', 'blob', object]));
  if (parsed.kind === 'valid') return parsed.manifest;
  throw invalid(revision, 'is not valid', parsed.problems);
}

export function invalid(revision: Sha, what: string, evidence: readonly string[]): Fault {
  return new Fault('ManifestInvalid', `${FILE} of commit ${revision} ${what}.`, {
    evidence: evidence.map((line) => `${FILE}: ${line}`),
  });
}
