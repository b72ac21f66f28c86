/**
 * Update and restore: stop → migrate its data → switch → start → first good probe, one job that finishes without us.
 * Everything that can be refused is refused before the locker is owed; once it is owed, the only
 * ways out are the ones that leave it serving, or that say why it does not.
 */
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { Owed } from '../../domain/model/inventory';
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
import { dataSteps, fitData } from '../migrations/fit-data';
import type { Seen } from '../lxc/lxc';
import { currentVersion, switchTo } from '../release/versions';
import { checkFit } from './check-fit';
import { serviceOf } from './service-of';
import { settledOrFault } from './settled';
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
    return carryOut(daemon, job, move, async () => {});
  }
  // Before it is owed: one that is at its hooks may be on its way up or down.
  const seen = await settledOrFault(daemon, locker, move.stop.timeoutMs);
  await checkFit(daemon, locker, 'stop');
  await checkFitting(daemon, locker, to);
  const from = await currentVersion(daemon, locker);
  const link = job.intended('link');
  if (link || stoppedOnPurpose(daemon, locker, seen))
    return linkFitting(daemon, job, { locker, from: link?.intent.from ?? from, to, refuge: move.refuge });
  if (move.again !== true && (await isThere(daemon, { locker, to, seen })))
    return { kind: 'already', downMs: null, killed: false, fromVersion: from, toVersion: to };
  daemon.journal.assertRoom();
  return carryOut(daemon, job, move, () => owe(daemon, job, { ...move, from }));
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

/** It is down already. */
async function linkFitting(daemon: Daemon, job: Job, at: Step): Promise<UpdateOutcome> {
  const { locker, from, to } = at;
  const unfit = await fitData(daemon, job, { locker, steps: await dataSteps(daemon, { locker, version: to }) });
  if (!unfit) return linkOnly(daemon, job, at);
  const steps = from === null ? [] : await dataSteps(daemon, { locker, version: from });
  const stays = await fitData(daemon, job, { locker, steps });
  const evidence = [...unfit.evidence, ...(stays?.evidence ?? [])].slice(0, 40);
  const down = { downMs: null, killed: false, fromVersion: from, toVersion: from ?? to };
  return { kind: 'not-migrated', ...down, migration: unfit.migration, evidence };
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
  if ((await runningVersion(daemon, locker, { initPid: seen.init.pid })).version !== to) return false;
  const service = await serviceOf(daemon);
  return service === null || (await probe(daemon, locker, service)).kind === 'good';
}

async function owe(daemon: Daemon, job: Job, move: Move & { from: number | null }): Promise<void> {
  const { locker, from, to, refuge } = move;
  // Down already by a step before this one: its owner counts from there.
  const { downSince } = recordOf(daemon.journal.state(), locker).owed ?? {};
  const since = new Date(daemon.now()).toISOString();
  const owed = { token: job.token, from: refuge === 'to' ? to : from, to, since, ...(downSince !== undefined && { downSince }) };
  const intent: NewRecord = { kind: 'intent', token: job.token, intent: { kind: 'move', from, to } };
  // Whoever parked it and could not stop it has nothing to say any more: it is to be up, after a crash and a boot too.
  const up: NewRecord[] = [
    { kind: 'parked', locker, parked: null },
    { kind: 'wanted', locker, wanted: 'up' },
  ];
  await job.record({ kind: 'owed', locker, owed }, ...up, intent);
}

type NoSlot = Extract<UpdateOutcome, { kind: 'no-start-slot' }>;

async function inLane<T>(daemon: Daemon, job: Job, move: Move, work: () => Promise<T>): Promise<T | NoSlot> {
  const { locker, lane: limits } = move;
  const { owed } = recordOf(daemon.journal.state(), locker);
  // Owed: down, on its way down, or not well on what it runs. None of them gets better by waiting.
  const urgency = owed || job.intended('move') || !(await daemon.lxc.see(locker)).init ? 'is-down' : 'may-wait';
  const answer = await daemon.lane.enter({ locker, limits, urgency, stillWanted: job.check, onWait: waitsFor(job, locker) });
  if (answer.kind === 'held') return { kind: 'no-start-slot', waitedMs: answer.waitedMs, evidence: [answer.because] };
  return holding(answer.place, work);
}

/** A place in the start lane is held from before the stop to the first good probe, but over no migration, which takes its time. */
async function carryOut(daemon: Daemon, job: Job, move: Move, begin: () => Promise<void>): Promise<UpdateOutcome> {
  const { locker, to } = move;
  const steps = await dataSteps(daemon, { locker, version: to });
  const started = job.intended('start');
  // It had stood back before lockerd was restarted.
  if (started && started.intent.version !== to) {
    const migration = steps[0]?.subject.migration.id ?? 'of its data';
    return standBack(daemon, job, move, { migration, evidence: ['it had come to nothing before lockerd was restarted'] });
  }
  const down = async () => {
    await begin();
    return goDown(daemon, job, move);
  };
  if (steps.length === 0) return inLane(daemon, job, move, async () => (await down()) ?? comeUp(daemon, job, move));
  const late = await inLane(daemon, job, move, down);
  if (late) return late;
  const unfit = await fitData(daemon, job, { locker, steps });
  if (unfit) return standBack(daemon, job, move, unfit);
  return inLane(daemon, job, move, () => comeUp(daemon, job, move));
}

/** null: it is down. */
async function goDown(daemon: Daemon, job: Job, move: Move): Promise<UpdateOutcome | null> {
  // Nothing is stopped that this job has started.
  if (job.intended('start')) return null;
  const stopped = await stopLocker(daemon, job, { locker: move.locker, rule: move.stop });
  return stopped.kind === 'timed-out' ? { ...stopped, kind: 'stop-timed-out' } : null;
}

async function comeUp(daemon: Daemon, job: Job, move: Move): Promise<UpdateOutcome> {
  const { locker, to } = move;
  if (!job.intended('start')) await switchVersion(daemon, job, move);
  const served = await startLocker(daemon, job, { locker, version: to, deadlineMs: move.startDeadlineMs });
  const moved = { ...cameFrom(job), toVersion: to };
  if (served.kind === 'serving') {
    const downMs = downFor(daemon, job, { locker, at: served.at });
    await job.record(...upAgain(daemon, locker));
    return { kind: 'serving', ...moved, downMs };
  }
  await job.record(...stillDown(daemon, locker, job.intended('stop')?.at ?? null));
  return { ...served, ...moved, downMs: null };
}

type Unfit = { readonly migration: string; readonly evidence: readonly string[] };

/** Up again on the version that it is still on, where its data allow that. */
async function standBack(daemon: Daemon, job: Job, move: Move, unfit: Unfit): Promise<UpdateOutcome> {
  const { locker, startDeadlineMs: deadlineMs } = move;
  const version = await currentVersion(daemon, locker);
  const moved = { ...cameFrom(job), toVersion: version ?? move.to, migration: unfit.migration };
  const came = (downMs: number | null, more: readonly string[] = []): UpdateOutcome => {
    return { kind: 'not-migrated', ...moved, downMs, evidence: [...unfit.evidence, ...more].slice(0, 40) };
  };
  if (version === null) return came(null);
  const steps = await dataSteps(daemon, { locker, version });
  const stays = await fitData(daemon, job, { locker, steps });
  if (stays) return came(null, [`it stays down: ${stays.migration} ${NEITHER}`, ...stays.evidence]);
  return inLane(daemon, job, move, async () => {
    const served = await startLocker(daemon, job, { locker, version, deadlineMs });
    return served.kind === 'serving' ? came(downFor(daemon, job, { locker, at: served.at })) : came(null, served.evidence);
  });
}
const NEITHER = 'came to nothing too, so that its data fit neither version';

function cameFrom(job: Job): { killed: boolean; fromVersion: number | null } {
  const begun = job.intended('move');
  if (!begun) throw new Fault('CommandFailed', `The journal lost the intent of ${job.token}.`);
  return { killed: job.intended('kill') !== null, fromVersion: begun.intent.from };
}

function downFor(daemon: Daemon, job: Job, { locker, at }: { readonly locker: LockerName; readonly at: number }): number | null {
  const since = recordOf(daemon.journal.state(), locker).owed?.downSince ?? job.intended('stop')?.at;
  return since === undefined ? null : at - Date.parse(since);
}

/** Owed until it is proven, and no longer missed. */
function upAgain(daemon: Daemon, locker: LockerName): NewRecord[] {
  const { downSince, ...owed } = recordOf(daemon.journal.state(), locker).owed ?? {};
  return downSince === undefined ? [] : [{ kind: 'owed', locker, owed: owed as Owed }];
}

/** For whoever brings it up: the seconds that its owner misses it began then. `since` null: nobody knows. */
export function stillDown(daemon: Daemon, locker: LockerName, since: string | null): NewRecord[] {
  const { owed } = recordOf(daemon.journal.state(), locker);
  return owed === null || since === null || owed.downSince !== undefined
    ? []
    : [{ kind: 'owed', locker, owed: { ...owed, downSince: since } }];
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
