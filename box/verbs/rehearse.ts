/**
 * A release is tried on a locker that nobody has, before anybody's is touched: made, started through the lane,
 * proven as every locker is, stopped, removed. Invariant: whatever comes of it, and whatever dies, no locker
 * of the box is looked at or changed, and nothing of the rehearsal stays.
 */
import type { z } from 'zod';
import { verdictOf } from '../../domain/check/verdict';
import { Fault } from '../../domain/faults';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { check } from '../check/check';
import { holding } from '../lane/holding';
import { awaitServing } from '../locker/await-serving';
import { bootTail } from '../locker/boot-tail';
import { listens } from '../locker/listens';
import { waitsFor } from '../locker/waits-for';
import { makeRehearsal } from '../rehearsal/make-rehearsal';
import { REHEARSAL, rehearsalBox } from '../rehearsal/rehearsal-box';
import { inTurn } from '../rehearsal/rehearsal-turns';
import { removeRehearsal } from '../rehearsal/remove-rehearsal';
import { roomForRehearsal } from '../rehearsal/room';
import type { Room } from '../rehearsal/room';
import { proveUp } from './verify';

type Params = z.output<typeof VERBS.rehearse.params>;
type Result = VerbResult<'rehearse'>;

export function rehearse(daemon: Daemon, job: Job, params: Params): Promise<Result> {
  return inTurn(daemon, async () => {
    await removeRehearsal(daemon);
    const room = await roomForRehearsal(daemon, params.target);
    if (room.kind === 'none') return { kind: 'impossible', because: room.because };
    const taken = await isTaken(room.address, params);
    if (taken) return { kind: 'impossible', because: `${room.address} is no locker’s address, and somebody answers there` };
    daemon.journal.assertRoom();
    return job.effect({ kind: 'rehearse', release: params.target.release.id }, async () => {
      try {
        return await tryOut(daemon, job, { params, room });
      } catch (error) {
        // Nothing was learned of the release.
        if (error instanceof Fault && error.code === 'ProbeImpossible')
          return { kind: 'impossible', because: [error.sentence, ...error.evidence].join(' ') };
        throw error;
      } finally {
        await removeRehearsal(daemon);
      }
    });
  });
}

/** Its kernel would answer, whether or not anything listens. */
async function isTaken(address: string, { target }: Params): Promise<boolean> {
  const refused = await listens({ address, port: target.service.port, withinMs: 200 });
  return refused === null || refused.detail.includes('ECONNREFUSED');
}

interface Trial {
  readonly params: Params;
  readonly room: Extract<Room, { kind: 'room' }>;
}

async function tryOut(daemon: Daemon, job: Job, { params, room }: Trial): Promise<Result> {
  const inner = rehearsalBox(daemon);
  job.say('rehearsing: a throwaway locker is made');
  const unfit = await makeRehearsal(daemon, inner, { target: params.target, room, by: job.holder });
  if (unfit !== null) return { kind: 'impossible', because: unfit };
  const wanted = stillWanted(job);
  const answer = await daemon.lane.enter({
    locker: REHEARSAL,
    limits: params.lane,
    urgency: 'may-wait',
    stillWanted: wanted,
    onWait: waitsFor(job, REHEARSAL),
  });
  if (answer.kind === 'held') return { kind: 'impossible', because: `the start lane let nothing start: ${answer.because}` };
  const began = daemon.now();
  const down = await holding(answer.place, () => callingOff(inner, job, () => comeUp(inner, params, wanted)));
  if (down) return down;
  wanted();
  return prove(inner, job, { params, began });
}

/** Of a job that nobody waits for any more nothing is to be learned. */
function stillWanted(job: Job): () => void {
  return () => {
    job.check();
    if (job.hurry.aborted) throw new Fault('RehearsalFailed', 'The rehearsal was called off before its end.');
  };
}

/** Whoever waits for its end has nothing from one that comes up for minutes yet. */
async function callingOff(inner: BoxContext, job: Job, work: () => Promise<Result | null>): Promise<Result | null> {
  const end = async () => {
    const { init } = await inner.lxc.see(REHEARSAL);
    if (init !== null) await inner.lxc.kill(REHEARSAL, init);
  };
  // Its removal ends what this could not.
  const onHurry = () =>
    void end().catch((error: unknown) => inner.log(`the rehearsal could not be called off: ${String(error)}`));
  job.hurry.addEventListener('abort', onHurry, { once: true });
  try {
    return await work();
  } finally {
    job.hurry.removeEventListener('abort', onHurry);
  }
}

async function comeUp(inner: BoxContext, { startDeadlineMs }: Params, wanted: () => void): Promise<Result | null> {
  const until = inner.now() + startDeadlineMs;
  const started = await inner.lxc.start(REHEARSAL, startDeadlineMs);
  if (!started.ok) return failed(inner, 'start-failed', started.evidence);
  // Called off before there was anything to kill.
  wanted();
  const served = await awaitServing(inner, REHEARSAL, until);
  return served.kind === 'serving' ? null : failed(inner, served.reason, served.evidence);
}

async function prove(inner: BoxContext, job: Job, at: { params: Params; began: number }): Promise<Result> {
  const { verify, stop } = at.params;
  const { init } = await inner.lxc.see(REHEARSAL);
  if (init === null) return failed(inner, 'crashed', []);
  job.say('rehearsing: it serves, and is proven');
  const { goodProbes, stableMs, deadlineMs } = verify;
  const proof = { locker: REHEARSAL, init, goodProbes, stableMs, until: inner.now() + deadlineMs };
  const proven = await proveUp(inner, stillWanted(job), proof);
  if (proven.kind === 'unhealthy') return failed(inner, proven.reason, proven.evidence);
  const unchecked = await failedCheck(inner);
  if (unchecked) return unchecked;
  await inner.lxc.signalStop(REHEARSAL, init);
  const ended = await inner.lxc.waitStopped(REHEARSAL, stop.timeoutMs);
  const tookMs = inner.now() - at.began;
  return { kind: 'passed', build: proven.build, tookMs, stopped: ended };
}

/** The fast set, as after each locker; one that gives no clear answer says nothing against the release. */
async function failedCheck(inner: BoxContext): Promise<Result | null> {
  const { lockers } = await check(inner, { lockers: [REHEARSAL], set: 'fast' });
  const verdicts = lockers.map((checked) => verdictOf(checked));
  const bad = verdicts.find(({ kind }) => kind === 'fail');
  return bad?.kind === 'fail'
    ? failed(inner, 'check-failed', [...bad.evidence, ...(await bootTail(inner, REHEARSAL))].slice(-40))
    : null;
}

type Reason = Extract<Result, { kind: 'failed' }>['reason'];

/** The log goes with the locker: its place would lead nowhere. */
function failed({ paths }: BoxContext, reason: Reason, evidence: readonly string[]): Result {
  const log = `${paths.bootLog(REHEARSAL)}:`;
  return { kind: 'failed', reason, evidence: evidence.map((line) => (line === log ? 'its last lines:' : line)) };
}
