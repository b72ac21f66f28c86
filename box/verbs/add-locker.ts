/** A new locker's container and owner's folder. It is staged, linked and started by the verbs that every locker has. */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import { configurationOf } from '../containers/configuration-of';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { isThere, makeLocker } from '../new-locker/make-locker';
import { refuseInstances } from '../new-locker/refuse-instances';
import { newConfig } from '../new-locker/template';

type Params = z.output<(typeof VERBS)['add-locker']['params']>;

export async function addLocker(daemon: Daemon, job: Job, params: Params): Promise<VerbResult<'add-locker'>> {
  const { locker, values } = params;
  refuseInstances(daemon, 'added');
  const config = await newConfig(daemon, locker, values);
  const begun = job.intended('add');
  const there = await configurationOf(daemon).has(locker);
  if (begun && there) return { kind: 'added', newData: begun.intent.newData };
  refuseName(daemon, locker);
  if (there) throw new Fault('LockerExists', `${daemon.config.box} has a locker ${locker} already.`);
  const newData = begun ? begun.intent.newData : !(await isThere(daemon.paths.me(locker)));
  if (!newData && !params.adoptData) throw dataThere(daemon, locker);
  daemon.journal.assertRoom();
  await job.effect({ kind: 'add', newData }, () => makeLocker(daemon, { locker, config, newData }));
  return { kind: 'added', newData };
}

/** What the box does not count among its lockers no rollout would ever update. */
function refuseName({ config }: Daemon, locker: string): void {
  if (new RegExp(`^(?:${config.lockerPattern})$`).test(locker)) return;
  throw new Fault('LockerUnfit', `${locker} is no name of a locker on ${config.box}: there they match ${config.lockerPattern}.`, {
    cure: 'Choose another name, or mend lockerPattern in box.json.',
  });
}

function dataThere({ paths, config }: Daemon, locker: Params['locker']): Fault {
  return new Fault('DataExists', `There are data of a ${locker} on ${config.box} already, and nobody said whose.`, {
    evidence: [paths.me(locker)],
  });
}
