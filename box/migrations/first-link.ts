/**
 * What is behind the data of a locker that gets its first version: of those that came with it on this very
 * release nothing is asked; others (adopted, or there before Lockstep was) are asked about, and never changed here.
 */
import type { LockerName } from '../../domain/model/ids';
import type { Revision } from '../../domain/model/release';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { lockerOf } from '../jobs/jobs';
import type { BoxState } from '../journal/state';
import { askCheck } from './ask-check';
import { migrationMissing, neededBy } from './bars';
import { noteKnown } from './bring-about';

/** Throws MigrationMissing: a rollout that comes from the release of those data migrates them. */
export async function noteFirst(daemon: Daemon, job: Job, locker: LockerName, revision: Revision): Promise<void> {
  const { service, code } = revision;
  const needed = (await neededBy(daemon, locker, revision)).filter(({ scope }) => scope === 'locker');
  const isNew = cameWithIt(daemon.journal.state(), locker);
  for (const migration of needed) {
    const subject = { service, code: { id: code.id, revision: code.revision }, migration, locker };
    if (!isNew && (await askCheck(daemon, subject)).kind !== 'done') throw migrationMissing(revision, migration, locker);
    await noteKnown(daemon, job, subject, { state: 'done', by: isNew ? 'its first release' : 'its check' });
  }
}

/** Made by add-locker, with nobody's data. */
function cameWithIt({ jobs }: BoxState, locker: LockerName): boolean {
  const added = [...jobs.values()].findLast(({ verb, params }) => verb === 'add-locker' && lockerOf(params) === locker);
  return added?.intents.some(({ intent }) => intent.kind === 'add' && intent.newData) === true;
}
