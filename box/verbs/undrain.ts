/** Undoes a quiesce. A drain that still runs has been hurried to its end before this begins (verb-table.ts). */
import type { LockerName } from '../../domain/model/ids';
import type { Daemon } from '../daemon';
import { Fault } from '../../domain/faults';
import type { Job } from '../jobs/job';
import { recordOf } from '../journal/state';
import { seeLocker } from '../locker/check-fit';
import { quiesceOf } from '../locker/quiesce';
import { serviceOf } from '../locker/service-of';
import { undoQuiesce } from './drain';

export async function undrain(daemon: Daemon, job: Job, { locker }: { locker: LockerName }): Promise<{ undone: boolean }> {
  const { init } = await seeLocker(daemon, locker);
  if (!recordOf(daemon.journal.state(), locker).quiesced) return { undone: false };
  const service = await serviceOf(daemon);
  const quiesce = service && init ? await quiesceOf(daemon, locker, service) : null;
  if (!quiesce) {
    // What it was told ended with its process.
    await job.record({ kind: 'quiesced', locker, quiesced: null });
    return { undone: false };
  }
  const evidence = await undoQuiesce(daemon, job, { locker, quiesce });
  if (evidence.length > 0)
    throw new Fault('CommandFailed', `Locker ${locker} did not take the undo of its quiesce.`, { evidence });
  return { undone: true };
}
