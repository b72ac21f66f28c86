/**
 * The bare start: brings up what is stopped, applies `next`, and pays what is owed. An owed locker
 * comes up where its move left it; where that does not serve, on the version it came from.
 */
import type { z } from 'zod';
import type { Owed } from '../../domain/model/inventory';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import type { NewRecord } from '../journal/records';
import { recordOf } from '../journal/state';
import { awaitServing } from '../locker/await-serving';
import type { Served } from '../locker/await-serving';
import { checkFit } from '../locker/check-fit';
import { settledOrFault } from '../locker/settled';
import { startLocker } from '../locker/start-locker';
import { stopLocker, wasSignalled } from '../locker/stop-locker';
import { waitsFor } from '../locker/waits-for';
import { holding } from '../lane/holding';
import type { InitProcess } from '../lxc/lxc';
import { checkNotBarred, fittingVersion } from '../migrations/bars';
import { hasCrashed } from '../upkeep/decide-upkeep';
import { currentVersion, switchTo } from '../release/versions';

type Params = z.output<typeof VERBS.start.params>;
type Result = VerbResult<'start'>;

/** A start that failed is stopped before the next version is tried; it holds nobody's work. */
const FAILED_START_STOP = { timeoutMs: 10_000, onTimeout: 'kill' } as const;

export async function start(daemon: Daemon, job: Job, params: Params): Promise<Result> {
  const { locker } = params;
  let seen = await settledOrFault(daemon, locker, params.startDeadlineMs);
  if (seen.state === 'frozen') {
    await job.effect({ kind: 'thaw' }, () => daemon.lxc.unfreeze(locker));
    seen = await settledOrFault(daemon, locker, params.startDeadlineMs);
  }
  if (seen.init && !job.intended('start')) return runsAlready(daemon, job, { ...params, init: seen.init });
  await checkFit(daemon, locker, 'start');
  checkNotBarred(daemon.journal.state(), locker);
  const { owed, crashes } = recordOf(daemon.journal.state(), locker);
  // After a boot all are down, and pressure must count; a single one that went down is missed now.
  const urgency = owed || hasCrashed(crashes, daemon.now()) ? 'is-down' : 'is-wanted';
  const answer = await daemon.lane.enter({
    locker,
    limits: params.lane,
    urgency,
    stillWanted: job.check,
    onWait: waitsFor(job, locker),
  });
  if (answer.kind === 'held') {
    const waited = `the start lane let nothing start for ${Math.round(answer.waitedMs / 1000)} s: ${answer.because}`;
    return { kind: 'not-serving', evidence: [waited] };
  }
  return holding(answer.place, () => bringUp(daemon, job, params));
}

async function runsAlready(daemon: Daemon, job: Job, params: Params & { init: InitProcess }): Promise<Result> {
  const { locker, init, startDeadlineMs } = params;
  if (wasSignalled(daemon.journal.state(), init, daemon.bootId)) {
    return { kind: 'not-serving', evidence: [`init ${init.pid} was told to stop and has not ended yet; ask again when it has`] };
  }
  const served = await awaitServing(daemon, locker, daemon.now() + startDeadlineMs);
  if (served.kind === 'not-serving') return { kind: 'not-serving', evidence: served.evidence };
  await job.record(...upRecords(locker));
  return { kind: 'already' };
}

async function bringUp(daemon: Daemon, job: Job, params: Params): Promise<Result> {
  const { locker, startDeadlineMs } = params;
  const began = daemon.now();
  const { owed, next } = recordOf(daemon.journal.state(), locker);
  const current = await currentVersion(daemon, locker);
  // Nobody's to keep down any more, whatever becomes of this start.
  await job.record({ kind: 'wanted', locker, wanted: 'up' }, { kind: 'parked', locker, parked: null });
  const wish = owed ? owedVersion(owed, current) : (next ?? current);
  let version = await fittingVersion(daemon, locker, wish);
  let served = await startOn(daemon, job, { locker, version, deadlineMs: startDeadlineMs });
  if (served.kind === 'not-serving' && owed?.from && owed.from !== version) {
    job.say(`${locker} does not serve on version ${version}: back to ${owed.from}`);
    await stopLocker(daemon, job, { locker, rule: FAILED_START_STOP });
    version = await fittingVersion(daemon, locker, owed.from);
    served = await startOn(daemon, job, { locker, version, deadlineMs: startDeadlineMs });
  }
  if (served.kind === 'not-serving') return { kind: 'not-serving', evidence: served.evidence };
  const applied: NewRecord[] = owed ? [] : [{ kind: 'next', locker, version: null }];
  await job.record(...upRecords(locker), ...applied);
  return { kind: 'serving', tookMs: daemon.now() - began, version };
}

/** On the from-version unless the switch was confirmed. */
function owedVersion(owed: Owed, current: number | null): number | null {
  return current === owed.to ? owed.to : (owed.from ?? current);
}

interface On {
  readonly locker: Params['locker'];
  readonly version: number | null;
  readonly deadlineMs: number;
}

async function startOn(daemon: Daemon, job: Job, { locker, version, deadlineMs }: On): Promise<Served> {
  const current = await currentVersion(daemon, locker);
  if (version !== null && version !== current)
    await job.effect({ kind: 'switch', from: current, to: version }, () => switchTo(daemon, locker, version));
  return startLocker(daemon, job, { locker, version, deadlineMs });
}

const upRecords = (locker: Params['locker']): NewRecord[] => [
  { kind: 'wanted', locker, wanted: 'up' },
  { kind: 'parked', locker, parked: null },
  { kind: 'paid', locker },
];
