/**
 * What a person's message does. Whether it is allowed at all says domain/operator/permissions.ts;
 * here a message that does not fit changes nothing, so that a doubled one is harmless.
 */
import type { Plan } from '../model/plan';
import type { Gate, Progress } from '../model/progress';
import { outlivesAbort } from './barrier';
import { addHold, addNote, dropHolds, endLocker, unmovedEnd } from './change-progress';
import { askAllAgain } from './fold-checks';
import { acknowledge, liftPause } from './lift-pause';
import { retryLocker } from './retry';
import { rollBack } from './roll-back';
import type { MessageEvent } from './rollout-event';

interface FromPerson {
  readonly actor: string;
  readonly reason: string | null;
}

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
      return abort(plan, progress, message, now);
    case 'rollBack':
      return rollBack(progress, message, now);
    case 'skipLocker':
      return skipLocker(plan, progress, message, now);
    case 'adjust':
      return adjust(progress, message, now);
    case 'retryLocker':
      break;
  }
  return retryLocker(plan, progress, message, now);
}

type Skip = Extract<MessageEvent, { kind: 'skipLocker' }>;
type Adjust = Extract<MessageEvent, { kind: 'adjust' }>;

/** Only one that waits: what has begun is brought to its end. */
function skipLocker(plan: Plan, progress: Progress, { locker, actor, reason }: Skip, now: number): Progress {
  const at = progress.lockers[locker];
  if (at?.stage !== 'waiting' || progress.abort || progress.fault) return progress;
  const why = `skipped by ${actor}${reason ? `: ${reason}` : ''}`;
  const freed = dropHolds(progress, (hold) => hold.locker === locker);
  return endLocker(plan, freed, { locker, ...unmovedEnd(at, why) }, now);
}

/** One overlay: what an earlier one changed and this one does not name stays changed. */
function adjust(progress: Progress, { rules, actor, reason }: Adjust, now: number): Progress {
  if (progress.abort || progress.fault) return progress;
  const { overlay } = progress;
  const next = { number: (overlay?.number ?? 0) + 1, actor, at: now, rules: { ...overlay?.rules, ...rules } };
  const words = Object.entries(rules).map(([rule, value]) => `${rule} ${String(value)}`);
  const noted = addNote(progress, `${actor} adjusted: ${words.join(', ')}${reason ? ` (${reason})` : ''}`, now);
  // A gate that stands was asked for by the rules of before: where it is no more, it opens. A no stays a no.
  const stays = rules.gates === undefined || progress.holds.some(({ reason: why }) => why === 'rejected');
  const opened = !stays && noted.gate && noted.gate.batch > 1 && !rules.gates?.includes(noted.gate.batch - 1);
  if (!opened) return { ...noted, overlay: next };
  return dropHolds({ ...noted, overlay: next, gate: null }, ({ reason: why }) => why === 'gate-timeout');
}

type Approve = Extract<MessageEvent, { kind: 'approve' }>;

function approve(progress: Progress, { batch, actor, proven }: Approve, now: number): Progress {
  if (progress.gate?.batch !== batch) return progress;
  if (proven && progress.approvals.some(({ nonce }) => nonce === proven.nonce)) return progress;
  const identity = proven ? ({ identity: 'proven', ...proven } as const) : ({ identity: 'claimed' } as const);
  const approvals = [...progress.approvals, { batch, actor, at: now, ...identity }];
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

function pause(
  progress: Progress,
  { actor, reason, until = null }: FromPerson & { until?: number | null },
  now: number,
): Progress {
  if (progress.pause || progress.abort || progress.fault) return progress;
  return { ...progress, pause: { actor, reason, since: now, until } };
}

/** A pause first: somebody who lifts his pause may not have seen a hold that came meanwhile. */
function resume(plan: Plan, progress: Progress, now: number): Progress {
  if (progress.pause) return liftPause(plan, progress, now);
  const freed = dropHolds(progress, ({ liftedBy }) => liftedBy.includes('resume'));
  if (freed === progress) return progress;
  const lifted = askAllAgain(freed);
  // Whoever resumes an unanswered gate wants to be asked for as long again.
  const gate = lifted.gate && askedAnew(lifted.gate, now);
  return acknowledge(plan, { ...lifted, gate }, { before: progress, now });
}

const askedAnew = ({ batch, opened }: Gate, now: number): Gate => ({
  batch,
  since: now,
  ...(opened !== undefined && { opened }),
});

function abort(plan: Plan, progress: Progress, { actor, reason }: FromPerson, now: number): Progress {
  if (progress.abort || progress.fault) return progress;
  // A locker that was told to stop is no safe point: this hold outlives the abort.
  const freed = dropHolds(progress, (hold) => !outlivesAbort(plan, progress, hold));
  return { ...freed, pause: null, gate: null, abort: { actor, reason, at: now } };
}
