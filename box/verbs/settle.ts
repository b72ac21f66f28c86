/** The end of a rollout or script on the box: its history record, garbage, and who is still owed. */
import type { z } from 'zod';
import type { LockerName } from '../../domain/model/ids';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { addHistory } from '../history/history';
import type { Job } from '../jobs/job';
import type { LockerRecord } from '../journal/records';
import { collectGarbage } from '../release/gc';

export async function settle(
  daemon: Daemon,
  job: Job,
  params: z.output<typeof VERBS.settle.params>,
): Promise<VerbResult<'settle'>> {
  const { summary, keepReleases } = params;
  const { lease } = daemon.journal.state();
  job.check();
  const kind = job.holder.startsWith('local:') ? 'script' : 'rollout';
  await addHistory(daemon, { kind, since: lease?.since ?? null, holder: job.holder, ...summary, takenFrom: null });
  const lockers = [...daemon.journal.state().lockers];
  const removed = await collectGarbage(daemon, { keepReleases, openFrom: lockers.flatMap(stillNeeded) });
  return { removed, owed: lockers.filter(([, record]) => record.owed !== null).map(([name]) => name) };
}

/** What a locker may yet have to come up on. */
function stillNeeded([locker, { owed, next }]: readonly [LockerName, LockerRecord]): { locker: LockerName; version: number }[] {
  return [owed?.from, owed?.to, next].flatMap((version) => (version ? [{ locker, version }] : []));
}
