/**
 * What follows by itself from the progress and the time: a batch ends, a budget is used up, a soak
 * is over, a gate opens or is not answered. Repeated until nothing follows any more, so that it
 * does not matter how often or when it is asked.
 */
import { formatDuration } from '../model/format-duration';
import type { Plan } from '../model/plan';
import type { Progress } from '../model/progress';
import { turnBarrier } from './barrier';
import { isInFlight } from './box-load';
import { pastNoReturn, waitsAtFirstGate, waitsForStart } from './box-migrations';
import { addHold, addNote, endLocker, isHalted, unmovedEnd } from './change-progress';
import { checkDue } from './check-due';
import { acknowledgeFailures, countFailures, newInBatch } from './count-ends';
import { liftPause } from './lift-pause';
import { leaveInconclusive } from './fold-checks';
import { progressDueAt } from './progress-due';
import { batchNow } from './rules-now';
import { lockersUpTo } from './reopen-batch';
import { remind } from './remind';
import { rollBack, turnBack } from './roll-back';

type Rule = (plan: Plan, progress: Progress, now: number) => Progress;

/** Each returns the very same object where it has nothing to say. */
const RULES: readonly Rule[] = [
  liftTimedPause,
  leaveInconclusive,
  endWhatNeverBegan,
  turnBarrier,
  turnBack,
  openFirstGate,
  endBatch,
  watchBudget,
  watchProgress,
  passSoak,
  watchGate,
  remind,
];

export function advance(plan: Plan, progress: Progress, now: number): Progress {
  const next = RULES.reduce((reached, rule) => rule(plan, reached, now), progress);
  return next === progress ? progress : advance(plan, next, now);
}

function liftTimedPause(plan: Plan, progress: Progress, now: number): Progress {
  const { pause } = progress;
  if (!pause || (pause.until ?? null) === null || now < (pause.until ?? 0)) return progress;
  return addNote(liftPause(plan, progress, now), 'the pause came to its end', now);
}

/** After an abort or a fault of the rollout, once nothing is in flight any more. */
function endWhatNeverBegan(plan: Plan, progress: Progress, now: number): Progress {
  if (!progress.abort && !progress.fault) return progress;
  const busy = Object.values(progress.lockers).some(
    (locker) => isInFlight(locker) && !(progress.fault && (locker.stage === 'stuck' || locker.stage === 'halted')),
  );
  if (busy) return progress;
  const waiting = plan.lockers.filter(({ name }) => progress.lockers[name]?.stage === 'waiting');
  const stuck = plan.lockers.filter(({ name }) => ['stuck', 'halted'].includes(progress.lockers[name]?.stage ?? 'ended'));
  const reason = progress.abort ? 'aborted before its turn' : 'the rollout ended before its turn';
  const skipped = waiting.reduce((p, { name }) => {
    return endLocker(plan, p, { locker: name, ...unmovedEnd(p.lockers[name] ?? {}, reason) }, now);
  }, progress);
  const left = 'was told to stop, and nobody could wait for it';
  return stuck.reduce((p, { name }) => {
    const { stage, halfWay } = p.lockers[name] ?? {};
    const why = stage === 'stuck' && halfWay === true ? UNSETTLED : left;
    return endLocker(plan, p, { locker: name, end: 'failed', reason: why }, now);
  }, skipped);
}

const UNSETTLED = 'nobody knows what its migration came to; it stays down until settle-migration says so';

/** Before the point of no return somebody says yes to it, whatever the gates of the policy are. */
function openFirstGate(plan: Plan, progress: Progress, now: number): Progress {
  if (progress.gate || progress.rollback || isHalted(progress) || !waitsAtFirstGate(plan, progress)) return progress;
  return { ...progress, gate: { batch: 1, since: now, opened: now } };
}

function endBatch(plan: Plan, progress: Progress, now: number): Progress {
  const batch = plan.batches[progress.batch - 1];
  if (!batch || progress.batchEndedAt !== null || progress.rollback) return progress;
  if (lockersUpTo(plan, progress.batch).some((name) => (progress.lockers[name]?.end ?? null) === null)) return progress;
  const ends = batch.lockers.map((name) => progress.lockers[name]?.end ?? null);
  const ended = { ...progress, batchEndedAt: now };
  if (progress.abort || progress.fault || ends.length === 0 || ends.some((end) => end !== 'skipped')) return ended;
  const who = ends.length === 1 ? 'The one locker' : `All ${ends.length} lockers`;
  const sentence = `${who} of batch ${batch.number} ended skipped: nothing shows that the release works`;
  return addHold(ended, { reason: 'no-evidence', sentence, liftedBy: ['resume', 'abort'], locker: null, since: now });
}

function watchBudget(plan: Plan, progress: Progress, now: number): Progress {
  if (progress.abort || progress.fault || progress.rollback) return progress;
  if (progress.holds.some(({ reason }) => reason === 'failures')) return progress;
  const { canary, total } = countFailures(plan, progress);
  const { acknowledged } = progress;
  const { canaryFailures, totalFailures, batchFailures: ofBatch = null } = plan.limits;
  const inBatch = newInBatch(plan, progress);
  const budgets = [
    { failures: canary - acknowledged.canary, allowed: canaryFailures, where: 'in the canary batch' },
    { failures: inBatch, allowed: ofBatch ?? Number.POSITIVE_INFINITY, where: `in batch ${progress.batch}` },
    { failures: total - acknowledged.total, allowed: totalFailures, where: 'in all' },
  ];
  const spent = budgets.find(({ failures, allowed }) => failures > allowed);
  if (!spent) return progress;
  const { failures } = spent;
  const limit = `${spent.allowed} ${spent.where}`;
  const known = acknowledged.total > 0 ? ` since the ${acknowledged.total} acknowledged ones` : '';
  const sentence = `${failures} ${failures === 1 ? 'failure' : 'failures'}${known}, allowed are ${limit}: ${namesOfFailed(plan, progress)}`;
  return overBudget(plan, progress, sentence, now);
}

function overBudget(plan: Plan, progress: Progress, sentence: string, now: number): Progress {
  if (plan.policy.onFailure === 'continue') {
    const acknowledged = acknowledgeFailures(plan, progress, now);
    return addNote({ ...progress, acknowledged }, `${sentence}; going on by policy`, now);
  }
  const point = pastNoReturn(plan, progress);
  if (plan.policy.onFailure === 'roll-back' && point === null) {
    // A person's pause stands: he lifts it, and then it goes back.
    return { ...rollBack(progress, { actor: 'the policy', reason: sentence }, now), pause: progress.pause };
  }
  const stays =
    plan.policy.onFailure === 'roll-back' ? `; not rolled back by itself, since migration ${point} can not be undone` : '';
  return addHold(progress, {
    reason: 'failures',
    sentence: `${sentence}${stays}`,
    liftedBy: ['resume', 'rollBack', 'abort'],
    locker: null,
    since: now,
  });
}

/** Names enough to begin looking; status lists all of them with their reasons. */
function namesOfFailed(plan: Plan, progress: Progress): string {
  const failed = plan.lockers.filter(({ name }) => progress.lockers[name]?.counted).map(({ name }) => name);
  return failed.length <= 5 ? failed.join(', ') : `${failed.slice(-5).join(', ')} and ${failed.length - 5} more`;
}

function watchProgress(plan: Plan, progress: Progress, now: number): Progress {
  const due = progressDueAt(plan, progress);
  if (due === null || now < due) return progress;
  const busy = plan.lockers.filter(({ name }) => isInFlight(progress.lockers[name] ?? NOT_PLANNED)).map(({ name }) => name);
  const sentence = `No locker came to its end within ${formatDuration(plan.policy.progressDeadlineMs ?? 0)}; in flight: ${busy.slice(0, 5).join(', ') || 'none'}`;
  return addHold(progress, {
    reason: 'no-progress',
    sentence,
    liftedBy: progress.rollback ? ['resume', 'abort'] : ['resume', 'rollBack', 'abort'],
    locker: null,
    since: now,
  });
}
const NOT_PLANNED = { stage: 'ended' } as const;

function passSoak(plan: Plan, progress: Progress, now: number): Progress {
  const batch = batchNow(plan, progress, progress.batch);
  if (!batch || progress.batchEndedAt === null || progress.rollback || isHalted(progress)) return progress;
  if (now < progress.batchEndedAt + batch.soakMs || checkDue(plan, progress, now)) return progress;
  // Skipping the first lockers passes no point of no return, and no migration that comes before them.
  if (isAnyToCome(plan, progress) && waitsForStart(plan, progress)) return progress;
  const next = batchNow(plan, progress, progress.batch + 1);
  const approved = progress.approvals.some((approval) => approval.batch === next?.number);
  if (!next?.gate || approved) return { ...progress, batch: progress.batch + 1, batchEndedAt: null, gate: null };
  return progress.gate ? progress : { ...progress, gate: { batch: next.number, since: now, opened: now } };
}

const isAnyToCome = ({ batches }: Plan, { lockers }: Progress): boolean =>
  batches.some((batch) => batch.lockers.some((name) => (lockers[name]?.end ?? null) === null));

function watchGate(plan: Plan, progress: Progress, now: number): Progress {
  const { gate } = progress;
  const { gateTimeoutMs } = plan.policy;
  if (!gate || isHalted(progress) || now < gate.since + gateTimeoutMs) return progress;
  const sentence = `Nobody answered for batch ${gate.batch} within ${formatDuration(gateTimeoutMs)}`;
  if (plan.policy.onGateTimeout === 'abort') {
    return { ...progress, gate: null, abort: { actor: 'the policy', reason: sentence, at: now } };
  }
  return addHold(progress, {
    reason: 'gate-timeout',
    sentence,
    liftedBy: ['approve', 'resume', 'abort'],
    locker: null,
    since: now,
  });
}
