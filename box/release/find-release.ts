/** What a release that some locker has was made of. */
import type { ReleaseId } from '../../domain/model/ids';
import type { Revision } from '../../domain/model/release';
import type { BoxContext } from '../context';
import { lockersWithVersions, readRevision, versionsOf } from './versions';

export async function revisionOfRelease(box: BoxContext, release: ReleaseId): Promise<Revision | null> {
  for (const locker of await lockersWithVersions(box)) {
    for (const version of (await versionsOf(box, locker)).toReversed()) {
      const revision = await readRevision(box, locker, version);
      if (revision?.release.id === release) return revision;
    }
  }
  return null;
}
