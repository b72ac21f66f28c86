/** Brings a locker to the version directory of a release that has the planned config. */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { LockerName, Token } from '../../domain/model/ids';
import type { UpdateOutcome } from '../../domain/model/outcome';
import { VERBS } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { seeLocker } from '../locker/check-fit';
import { moveLocker } from '../locker/move-locker';
import { recordOf } from '../journal/state';
import { checkMigrated } from '../migrations/bars';
import { newestVersionOf, readRevision } from '../release/versions';
import { drainLocker } from './drain';

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
  if (!begun) {
    const revision = await readRevision(daemon, locker, to);
    if (revision) await checkMigrated(daemon, revision, locker, params.migrations);
    const late = await drainAgain(daemon, job, locker);
    if (late) return late;
  }
  return moveLocker(daemon, job, { ...params, to, refuge: 'from' });
}

/**
 * Between its drain and this, a rollout may have been silent for so long that lockerd opened the
 * locker again (upkeep). What was agreed on with it is then to be done again. null: go on.
 */
async function drainAgain(daemon: Daemon, job: Job, locker: LockerName): Promise<UpdateOutcome | null> {
  const drained = daemon.journal.state().jobs.get(job.token.replace(/[a-z]+$/, 'drain') as Token);
  if (drained?.end?.kind !== 'done' || recordOf(daemon.journal.state(), locker).quiesced) return null;
  if (!drained.intents.some(({ intent }) => intent.kind === 'quiesce')) return null;
  const { timeoutMs, onTimeout } = VERBS.drain.params.parse(drained.params);
  const again = await drainLocker(daemon, job, { locker, timeoutMs, onTimeout });
  if (again.kind !== 'timed-out' || onTimeout === 'proceed') return null;
  return { kind: 'not-idle', waitedMs: again.waitedMs, evidence: again.evidence };
}
