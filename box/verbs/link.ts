/** For update-code: a stopped locker gets its link moved, a running one keeps its release until it is started on purpose. */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { recordOf } from '../journal/state';
import { seeLocker } from '../locker/check-fit';
import { isDown } from '../lxc/lxc';
import { checkMigrated } from '../migrations/bars';
import { noteFirst } from '../migrations/first-link';
import { currentVersion, newestVersionOf, readRevision, switchTo } from '../release/versions';

export async function link(daemon: Daemon, job: Job, params: z.output<typeof VERBS.link.params>): Promise<VerbResult<'link'>> {
  const { locker, to, configDigest } = params;
  const seen = await seeLocker(daemon, locker);
  const version = await newestVersionOf(daemon, locker, { release: to, configDigest });
  if (version === null)
    throw new Fault('LockerUnfit', `Release ${to} is not staged for locker ${locker}.`, { cure: 'Stage it first.' });
  const { owed, next } = recordOf(daemon.journal.state(), locker);
  const current = await currentVersion(daemon, locker);
  const revision = await readRevision(daemon, locker, version);
  if (revision) await (current === null ? noteFirst(daemon, job, locker, revision) : checkMigrated(daemon, revision, locker));
  if (current === version) {
    if (next !== null) await job.record({ kind: 'next', locker, version: null });
    return { kind: 'already', version };
  }
  // One that is at its hooks may be on its way up. One that is owed has versions of its own to come up on, so it is treated as if it ran.
  if (!isDown(seen) || owed) {
    await job.record({ kind: 'next', locker, version });
    return { kind: 'next', version };
  }
  await job.effect({ kind: 'link', from: current, to: version }, () => switchTo(daemon, locker, version), [
    { kind: 'next', locker, version: null },
  ]);
  return { kind: 'linked', version };
}
