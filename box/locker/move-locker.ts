/**
 * Update and restore: stop → switch → start → first good probe, one job that finishes without us.
 * Everything that can be refused is refused before the locker is owed; once it is owed, the only
 * ways out are the ones that leave it serving, or that say why it does not.
 */
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { UpdateOutcome } from '../../domain/model/outcome';
import type { Daemon } from '../daemon';
import { probe } from '../inspect/probe';
import { runningVersion } from '../inspect/running-version';
import type { Job } from '../jobs/job';
import type { NewRecord } from '../journal/records';
import { recordOf, wantedOf } from '../journal/state';
import type { Limits } from '../lane/admission';
import { holding } from '../lane/holding';
import { checkFitting } from '../migrations/bars';
import type { Seen } from '../lxc/lxc';
import { currentVersion, switchTo } from '../release/versions';
import { checkFit, seeLocker } from './check-fit';
import { serviceOf } from './service-of';
import { startLocker } from './start-locker';
import { stopLocker } from './stop-locker';
import type { StopRule } from './stop-locker';
import { waitsFor } from './waits-for';

export interface Move {
  readonly locker: LockerName;
  readonly to: number;
  /** Where whoever finds it owed and not switched brings it up: what it came from, or for a restore its goal. */
  readonly refuge: 'from' | 'to';
  readonly stop: StopRule;
  readonly lane: Limits;
  readonly startDeadlineMs: number;
  /** Also where it is there already. */
  readonly again?: boolean | undefined;
}

export async function moveLocker(daemon: Daemon, job: Job, move: Move): Promise<UpdateOutcome> {
  const { locker, to } = move;
  const begun = job.intended('move');
  if (begun) {
    const because = endedByOthers(daemon, job, locker);
    if (because !== null) return { kind: 'superseded', evidence: [because] };
    return inLane(daemon, job, move, () => carryOut(daemon, job, move));
  }
  const seen = await seeLocker(daemon, locker);
  await checkFit(daemon, locker, 'stop');
  await checkFitting(daemon, locker, to);
  const from = await currentVersion(daemon, locker);
  const link = job.intended('link');
  if (link || stoppedOnPurpose(daemon, locker, seen))
    return linkOnly(daemon, job, { locker, from: link?.intent.from ?? from, to, refuge: move.refuge });
  if (move.again !== true && (await isThere(daemon, { locker, to, seen })))
    return { kind: 'already', downMs: null, killed: false, fromVersion: from, toVersion: to };
  daemon.journal.assertRoom();
  return inLane(daemon, job, move, async () => {
    await owe(daemon, job, { ...move, from });
    return carryOut(daemon, job, move);
  });
}

/** It failed half way and is asked for again: by then somebody else may have brought the locker up, and nobody owes it any more. */
function endedByOthers(daemon: Daemon, job: Job, locker: LockerName): string | null {
  const { owed } = recordOf(daemon.journal.state(), locker);
  if (owed?.token === job.token) return null;
  return owed ? `${owed.token} came after it` : `${locker} was left half way by it, and was settled by others since`;
}

function stoppedOnPurpose(daemon: Daemon, locker: LockerName, seen: Seen): boolean {
  const state = daemon.journal.state();
  const { owed, parked } = recordOf(state, locker);
  return seen.state === 'stopped' && owed === null && (parked !== null || wantedOf(state, locker, false) === 'down');
}

async function linkOnly(daemon: Daemon, job: Job, at: Step): Promise<UpdateOutcome> {
  const { locker, from, to } = at;
  const along: NewRecord[] = [{ kind: 'next', locker, version: null }, movedRecord(job, at)];
  const down = { downMs: null, killed: false, fromVersion: from, toVersion: to };
  if ((await currentVersion(daemon, locker)) === to) return { kind: job.intended('link') ? 'linked' : 'already', ...down };
  await job.effect({ kind: 'link', from, to }, () => switchTo(daemon, locker, to), along);
  job.say(`${locker} is stopped on purpose: its link was moved`);
  return { kind: 'linked', ...down };
}

/** It runs the goal, and serves. */
async function isThere(daemon: Daemon, at: { locker: LockerName; to: number; seen: Seen }): Promise<boolean> {
  const { locker, to, seen } = at;
  if (seen.state !== 'running' || !seen.init || (await currentVersion(daemon, locker)) !== to) return false;
  if ((await runningVersion(daemon, locker, seen.init.pid)).version !== to) return false;
  const service = await serviceOf(daemon);
  const address = await daemon.lxc.address(locker);
  if (!service || address === null) return true;
  return (await probe(address, service.port, service.probe.path, service.probe.timeoutMs)).kind === 'good';
}

async function owe(daemon: Daemon, job: Job, move: Move & { from: number | null }): Promise<void> {
  const { locker, from, to, refuge } = move;
  const owed = { token: job.token, from: refuge === 'to' ? to : from, to, since: new Date(daemon.now()).toISOString() };
  const intent: NewRecord = { kind: 'intent', token: job.token, intent: { kind: 'move', from, to } };
  // Whoever parked it and could not stop it has nothing to say any more: it is to be up, after a crash and a boot too.
  const up: NewRecord[] = [
    { kind: 'parked', locker, parked: null },
    { kind: 'wanted', locker, wanted: 'up' },
  ];
  await job.record({ kind: 'owed', locker, owed }, ...up, intent);
}

async function inLane(daemon: Daemon, job: Job, move: Move, work: () => Promise<UpdateOutcome>): Promise<UpdateOutcome> {
  const { locker, lane: limits } = move;
  const { owed } = recordOf(daemon.journal.state(), locker);
  // Owed: down, on its way down, or not well on what it runs. None of them gets better by waiting.
  const urgency = owed || job.intended('move') || !(await daemon.lxc.see(locker)).init ? 'is-down' : 'may-wait';
  const answer = await daemon.lane.enter({ locker, limits, urgency, stillWanted: job.check, onWait: waitsFor(job, locker) });
  if (answer.kind === 'held') return { kind: 'no-start-slot', waitedMs: answer.waitedMs, evidence: [answer.because] };
  return holding(answer.place, work);
}

async function carryOut(daemon: Daemon, job: Job, move: Move): Promise<UpdateOutcome> {
  const { locker, to } = move;
  const begun = job.intended('move');
  if (!begun) throw new Fault('CommandFailed', `The journal lost the intent of ${job.token}.`);
  if (!job.intended('start')) {
    const stopped = await stopLocker(daemon, job, { locker, rule: move.stop });
    if (stopped.kind === 'timed-out') return { ...stopped, kind: 'stop-timed-out' };
    await switchVersion(daemon, job, { ...move, to });
  }
  const served = await startLocker(daemon, job, { locker, version: to, deadlineMs: move.startDeadlineMs });
  const signalled = job.intended('stop');
  const outcome = { killed: job.intended('kill') !== null, fromVersion: begun.intent.from, toVersion: to };
  if (served.kind === 'not-serving') return { ...served, ...outcome, downMs: null };
  return { kind: 'serving', ...outcome, downMs: signalled ? served.at - Date.parse(signalled.at) : null };
}

async function switchVersion(daemon: Daemon, job: Job, { locker, to, refuge }: Move): Promise<void> {
  const along: NewRecord[] = [
    // What a stop ended needs no undo, and this goal is newer than one that waits for a start.
    { kind: 'quiesced', locker, quiesced: null },
    { kind: 'next', locker, version: null },
  ];
  const from = await currentVersion(daemon, locker);
  if (from === to) return job.record(...along);
  await job.effect({ kind: 'switch', from, to }, () => switchTo(daemon, locker, to), [
    ...along,
    movedRecord(job, { locker, from, to, refuge }),
  ]);
}

type Step = Pick<Move, 'locker' | 'to' | 'refuge'> & { readonly from: number | null };

/** From where it could go back once more; what was brought back has nowhere to go. */
function movedRecord({ token }: Job, { locker, from, to, refuge }: Step): NewRecord {
  return { kind: 'moved', locker, moved: refuge === 'to' ? null : { from, to, token } };
}
