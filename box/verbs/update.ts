/** Brings a locker to the version directory of a release that has the planned config. */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { UpdateOutcome } from '../../domain/model/outcome';
import type { VERBS } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { seeLocker } from '../locker/check-fit';
import { moveLocker } from '../locker/move-locker';
import { newestVersionOf } from '../release/versions';

export async function update(daemon: Daemon, job: Job, params: z.output<typeof VERBS.update.params>): Promise<UpdateOutcome> {
  const { locker } = params;
  await seeLocker(daemon, locker);
  // Once begun the goal is fixed, whatever was staged since.
  const begun = job.intended('move') ?? job.intended('link');
  const to =
    begun?.intent.to ?? (await newestVersionOf(daemon, locker, { release: params.to, configDigest: params.configDigest }));
  if (to === null) {
    const cure = 'Stage the release for this locker first.';
    throw new Fault('LockerUnfit', `Release ${params.to} is not staged for locker ${locker}.`, { cure });
  }
  return moveLocker(daemon, job, { ...params, to, refuge: 'from' });
}
