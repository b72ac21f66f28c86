/** The bare stop: for scripts (the locker is parked) and for a person (it is wanted down). */
import type { z } from 'zod';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import type { NewRecord } from '../journal/records';
import { checkStoppable, seeLocker } from '../locker/check-fit';
import { stopLocker } from '../locker/stop-locker';
import { drainLocker } from './drain';

export async function stop(daemon: Daemon, job: Job, params: z.output<typeof VERBS.stop.params>): Promise<VerbResult<'stop'>> {
  const { locker, drain, onPurpose = false } = params;
  const { init } = await seeLocker(daemon, locker);
  const begun = job.intended('stop');
  if (!init && !begun) {
    if (onPurpose) await job.record(...downAs(daemon, job, { locker, onPurpose }));
    return { kind: 'already' };
  }
  const began = Date.parse(begun?.at ?? '') || daemon.now();
  if (!begun) {
    await checkStoppable(daemon, locker);
    daemon.journal.assertRoom();
    if (drain) await drainLocker(daemon, job, { locker, timeoutMs: drain.timeoutMs, onTimeout: 'proceed' });
    await job.record(...downAs(daemon, job, { locker, onPurpose }));
  }
  const stopped = await stopLocker(daemon, job, { locker, rule: params.stop });
  if (stopped.kind === 'timed-out') return { kind: 'stop-timed-out', evidence: stopped.evidence };
  await job.record({ kind: 'quiesced', locker, quiesced: null });
  return { kind: 'stopped', killed: stopped.killed, tookMs: daemon.now() - began };
}

/** Written before the signal: whoever finds the locker down must know why. */
function downAs(
  daemon: Daemon,
  job: Job,
  { locker, onPurpose }: { locker: z.output<typeof VERBS.stop.params>['locker']; onPurpose: boolean },
): NewRecord[] {
  if (onPurpose)
    return [
      { kind: 'wanted', locker, wanted: 'down' },
      { kind: 'parked', locker, parked: null },
      { kind: 'paid', locker },
    ];
  const parked = { by: job.holder, token: job.token, since: new Date(daemon.now()).toISOString() };
  return [
    { kind: 'wanted', locker, wanted: 'up' },
    { kind: 'parked', locker, parked },
  ];
}
