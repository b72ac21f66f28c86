/** The end of a rollout or script on the box: its history record, garbage, and who is still owed. */
import type { z } from 'zod';
import type { LockerName } from '../../domain/model/ids';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { addHistory } from '../history/history';
import type { Job } from '../jobs/job';
import type { LockerRecord } from '../journal/records';
import { collectGarbage } from '../release/gc';
import { dropAllIncoming } from '../release/incoming';
import { faultOf } from '../fault-of';
import { inParallel } from '../inspect/in-parallel';
import { undrain } from './undrain';

/** One request each, with some seconds of patience. */
const AT_ONCE = 12;

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
  await reopen(daemon, job);
  await dropAllIncoming(daemon);
  const lockers = [...daemon.journal.state().lockers];
  const removed = await collectGarbage(daemon, { keepReleases, openFrom: lockers.flatMap(stillNeeded) });
  return { removed, owed: lockers.filter(([, record]) => record.owed !== null).map(([name]) => name) };
}

/** A drain whose undo never came, such as over a lost link. One that can't be undone now spoils no end; it stays on record. */
async function reopen(daemon: Daemon, job: Job): Promise<void> {
  const closed = [...daemon.journal.state().lockers].filter(([, { quiesced, owed }]) => quiesced !== null && owed === null);
  await inParallel(closed, AT_ONCE, ([locker]) =>
    undrain(daemon, job, { locker }).catch((error: unknown) => daemon.log(`${locker}: ${faultOf(error).message}`)),
  );
}

/** What a locker may yet have to come up on. */
function stillNeeded([locker, { owed, next, moved, rewind }]: readonly [LockerName, LockerRecord]): {
  locker: LockerName;
  version: number;
}[] {
  const rewound = rewind?.end === null ? rewind.to : null;
  return [owed?.from, owed?.to, next, moved?.from, rewound].flatMap((version) => (version ? [{ locker, version }] : []));
}
