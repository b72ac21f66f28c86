/**
 * What a person's message does. Whether it is allowed at all says domain/operator/permissions.ts;
 * here a message that does not fit changes nothing, so that a doubled one is harmless.
 */
import type { Plan } from '../model/plan';
import type { Progress } from '../model/progress';
import { addHold, changeLocker, dropHolds, moveClocks } from './change-progress';
import { acknowledgeAll } from './count-ends';
import { moveStageOf, rollBack } from './roll-back';
import type { MessageEvent } from './rollout-event';

interface FromPerson {
  readonly actor: string;
  readonly reason: string | null;
}
type Retry = Extract<MessageEvent, { kind: 'retryLocker' }>;

export function foldMessage(plan: Plan, progress: Progress, message: MessageEvent, now: number): Progress {
  switch (message.kind) {
    case 'approve':
      return approve(progress, message, now);
    case 'reject':
      return reject(progress, message, now);
    case 'pause':
      return pause(progress, message, now);
    case 'resume':
      return resume(plan, progress, now);
    case 'abort':
      return abort(progress, message, now);
    case 'rollBack':
      return rollBack(progress, message, now);
    case 'retryLocker':
      break;
  }
  return retryLocker(progress, message);
}

function approve(progress: Progress, { batch, actor }: { batch: number; actor: string }, now: number): Progress {
  if (progress.gate?.batch !== batch) return progress;
  const approvals = [...progress.approvals, { batch, actor, at: now, identity: 'claimed' as const }];
  return dropHolds({ ...progress, approvals, gate: null }, ({ liftedBy }) => liftedBy.includes('approve'));
}

function reject(progress: Progress, { batch, actor, reason }: FromPerson & { batch: number }, now: number): Progress {
  if (progress.gate?.batch !== batch) return progress;
  const answered = dropHolds(progress, (hold) => hold.reason === 'gate-timeout');
  const sentence = `${actor} rejected batch ${batch}${reason ? `: ${reason}` : ''}`;
  return addHold(answered, {
    reason: 'rejected',
    sentence,
    liftedBy: ['approve', 'rollBack', 'abort'],
    locker: null,
    since: now,
  });
}

function pause(progress: Progress, { actor, reason }: FromPerson, now: number): Progress {
  if (progress.pause || progress.abort || progress.fault) return progress;
  return { ...progress, pause: { actor, reason, since: now } };
}

/** A pause first: somebody who lifts his pause may not have seen a hold that came meanwhile. */
function resume(plan: Plan, progress: Progress, now: number): Progress {
  if (progress.pause) {
    const { since } = progress.pause;
    return acknowledge(plan, moveClocks({ ...progress, pause: null }, since, now - since), { before: progress, now });
  }
  const lifted = dropHolds(progress, ({ liftedBy }) => liftedBy.includes('resume'));
  if (lifted === progress) return progress;
  // Whoever resumes an unanswered gate wants to be asked for as long again.
  const gate = lifted.gate && { ...lifted.gate, since: now };
  return acknowledge(plan, { ...lifted, gate }, { before: progress, now });
}

/** The budget counts on from here; but not over failures whose hold still stands. */
function acknowledge(plan: Plan, resumed: Progress, { before, now }: { before: Progress; now: number }): Progress {
  if (resumed.holds.some(({ reason }) => reason === 'failures')) return resumed;
  return { ...resumed, acknowledged: acknowledgeAll(plan, before, now) };
}

function abort(progress: Progress, { actor, reason }: FromPerson, now: number): Progress {
  if (progress.abort || progress.fault) return progress;
  // A locker that was told to stop is no safe point: this hold outlives the abort.
  const freed = dropHolds(progress, (hold) => hold.reason !== 'stop-timed-out');
  return { ...freed, pause: null, gate: null, abort: { actor, reason, at: now } };
}

function retryLocker(progress: Progress, { locker, how }: Retry): Progress {
  const stuck = progress.lockers[locker];
  if (stuck?.stage !== 'stuck') return progress;
  const freed = dropHolds(progress, (hold) => hold.reason === 'stop-timed-out' && hold.locker === locker);
  const stage = stuck.failure === null ? moveStageOf(stuck) : 'restoring';
  return changeLocker(freed, locker, { stage, cycle: stuck.cycle + 1, retry: how });
}
