/** The bare stop: for scripts (the locker is parked) and for a person (it is wanted down). */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import type { NewRecord } from '../journal/records';
import { recordOf, wantedOf } from '../journal/state';
import { checkStoppable } from '../locker/check-fit';
import { settledOrFault } from '../locker/settled';
import { stopLocker } from '../locker/stop-locker';
import { drainLocker } from './drain';

type Params = z.output<typeof VERBS.stop.params>;

/** Fault: WorldChanged, where the locker is up and the stop is of before. */
export async function stop(daemon: Daemon, job: Job, params: Params): Promise<VerbResult<'stop'>> {
  const { locker, drain, onPurpose = false } = params;
  const { init } = await settledOrFault(daemon, locker, params.stop.timeoutMs);
  const begun = job.intended('stop');
  if (!init && !begun) {
    if (onPurpose) await job.record(...downAs(daemon, job, { locker, onPurpose }));
    return { kind: 'already' };
  }
  if (init && begun) assertStillAsked(daemon, job, params);
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

/** One that failed half way, and is asked for again after others have brought the locker up. */
function assertStillAsked(daemon: Daemon, job: Job, { locker, onPurpose = false }: Params): void {
  const state = daemon.journal.state();
  const { parked } = recordOf(state, locker);
  const stillAsked = onPurpose ? wantedOf(state, locker, true) === 'down' : parked?.token === job.token;
  if (stillAsked) return;
  throw new Fault('WorldChanged', `${locker} was brought up by others since ${job.token} was to stop it; it is left as it is.`, {
    cure: 'Ask for the stop anew, if it is still wanted.',
  });
}

/** Written before the signal: whoever finds the locker down must know why. */
function downAs(daemon: Daemon, job: Job, { locker, onPurpose }: { locker: Params['locker']; onPurpose: boolean }): NewRecord[] {
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
