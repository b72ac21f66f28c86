/** Takes a stopped locker away. Its owner's data stay unless they are named too. */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import type { NewRecord } from '../journal/records';
import { isDown } from '../lxc/lxc';
import { isThere } from '../new-locker/make-locker';
import { refuseInstances } from '../new-locker/refuse-instances';
import { refuseMountedData, removeLockerFiles } from '../new-locker/remove-locker-files';

type Params = z.output<(typeof VERBS)['remove-locker']['params']>;

export async function removeLocker(daemon: Daemon, job: Job, params: Params): Promise<VerbResult<'remove-locker'>> {
  const { locker, deleteData } = params;
  refuseInstances(daemon, 'removed');
  const seen = await daemon.lxc.see(locker);
  if (seen.state === 'missing' && !job.intended('remove'))
    throw new Fault('UnknownLocker', `There is no locker ${locker} on ${daemon.config.box}.`);
  if (!isDown(seen))
    throw new Fault('LockerUnfit', `Locker ${locker} on ${daemon.config.box} still runs, or is at its hooks.`, {
      evidence: [...(seen.evidence ?? [])],
      cure: 'Stop it first.',
    });
  if (deleteData) await refuseMountedData(daemon, locker);
  // A name that comes again begins anew.
  const forgotten = [
    { kind: 'wanted', locker, wanted: 'down' },
    { kind: 'parked', locker, parked: null },
    { kind: 'paid', locker },
    { kind: 'next', locker, version: null },
    { kind: 'quiesced', locker, quiesced: null },
    ...(deleteData ? forgottenMigrations(daemon, locker) : []),
  ] as const;
  await job.effect({ kind: 'remove', deleteData }, () => removeLockerFiles(daemon, locker, deleteData), forgotten);
  const kept = await isThere(daemon.paths.me(locker));
  return { kind: 'removed', data: kept ? daemon.paths.me(locker) : null };
}

/** They were about data that are no more. */
function forgottenMigrations(daemon: Daemon, locker: Params['locker']): NewRecord[] {
  const own = [...daemon.journal.state().migrations.values()].filter(({ scope }) => scope === locker);
  const at = new Date(daemon.now()).toISOString();
  return own.map((record) => {
    return { kind: 'migration', migration: { ...record, state: 'not-done', by: 'remove-locker', at, evidence: [] } };
  });
}
