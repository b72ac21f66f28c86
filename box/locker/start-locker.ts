/** Starts a locker and waits for its first good probe. Needs a place in the start lane; the caller holds it. */
import type { LockerName } from '../../domain/model/ids';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { checkNotBarred } from '../migrations/bars';
import { awaitServing, neitherUpNorDown } from './await-serving';
import type { Served } from './await-serving';
import { bootTail } from './boot-tail';
import { checkFit } from './check-fit';
import { settledLocker } from './settled';

export interface Start {
  readonly locker: LockerName;
  readonly version: number | null;
  readonly deadlineMs: number;
}

export async function startLocker(daemon: Daemon, job: Job, { locker, version, deadlineMs }: Start): Promise<Served> {
  const until = daemon.now() + deadlineMs;
  const seen = await settledLocker(daemon, locker, deadlineMs);
  if (seen.state === 'other') return neitherUpNorDown(locker, seen, deadlineMs);
  if (!seen.init) {
    const earlier = job.intended('start');
    const intent = { kind: 'start', bootId: daemon.bootId, version } as const;
    // Started by this token before lockerd ended, and dead since: that is a crash, not a reason to try again.
    const crashed = earlier?.done === true && earlier.intent.bootId === daemon.bootId && earlier.intent.version === version;
    if (crashed) return { kind: 'not-serving', reason: 'crashed', evidence: await bootTail(daemon, locker) };
    // Asked again even where it was asked before the stop: the box may have rebooted since, without the owner's data.
    await checkFit(daemon, locker, 'start');
    // Last of all, so that none can begin in between.
    checkNotBarred(daemon.journal.state(), locker);
    const started = await job.effect(intent, () => daemon.lxc.start(locker, Math.max(0, until - daemon.now())));
    if (!started.ok) return { kind: 'not-serving', reason: 'start-failed', evidence: [...started.evidence] };
    job.say(`${locker} starts`);
  }
  return awaitServing(daemon, locker, until);
}
