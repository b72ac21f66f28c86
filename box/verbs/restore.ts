/** Brings a locker back to a version that is there. */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { UpdateOutcome } from '../../domain/model/outcome';
import type { VERBS } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { seeLocker } from '../locker/check-fit';
import { moveLocker } from '../locker/move-locker';
import { readRevision } from '../release/versions';

export async function restore(daemon: Daemon, job: Job, params: z.output<typeof VERBS.restore.params>): Promise<UpdateOutcome> {
  const { locker, toVersion } = params;
  await seeLocker(daemon, locker);
  if ((await readRevision(daemon, locker, toVersion)) === null) {
    const cure = 'Choose one that `lockerctl status` shows, or stage the release again.';
    throw new Fault('LockerUnfit', `Locker ${locker} has no whole version ${toVersion}.`, { cure });
  }
  return moveLocker(daemon, job, { ...params, to: toVersion, refuge: 'to' });
}
