/** What is said twice, late or to the wrong one changes nothing; nor does what the door refuses. What it lets in does. */
import { fold } from '../../../../../domain/decide/fold';
import type { MessageEvent } from '../../../../../domain/decide/rollout-event';
import type { Progress } from '../../../../../domain/model/progress';
import type { Rule } from '../step';

const short = (event: object) => JSON.stringify(event).slice(0, 160);

export const aRepeatChangesNothing: Rule =
  (plan) =>
  ({ origin, event, before, after, now }) => {
    if ((origin === 'repeat' || origin === 'stray') && after !== before) return short(event);
    // Said by the workflow itself, once.
    if (event.kind === 'late') return null;
    // Whatever else it was: at once and once more.
    if (origin === 'door' && (event.kind === 'resume' || event.kind === 'adjust')) return null;
    return origin === 'refused' || fold(plan, after, event, now) === after ? null : `a second ${short(event)}`;
  };

/** Of those that the fold can judge: who may answer and what he looked at is asked at the door alone. */
export const aRefusedMessageChangesNothing: Rule =
  () =>
  ({ origin, event, before, after }) => {
    if (origin !== 'refused' || event.kind === 'adjust') return null;
    const atAGate = (event.kind === 'approve' || event.kind === 'reject') && event.batch === before.gate?.batch;
    return atAGate || after === before ? null : short(event);
  };

/** Whoever was let in by the door was not told yes for nothing. */
export const whatIsLetInTakesEffect: Rule =
  () =>
  ({ origin, event, before, after }) =>
    origin !== 'door' || tookEffect(event as MessageEvent, before, after) ? null : short(event);

function tookEffect(event: MessageEvent, before: Progress, after: Progress): boolean {
  switch (event.kind) {
    case 'approve':
      return after.approvals.some(({ batch }) => batch === event.batch);
    case 'reject':
      return after.holds.some(({ reason }) => reason === 'rejected');
    case 'pause':
      return after.pause?.actor === event.actor;
    case 'resume':
      return before.pause ? after.pause === null : after.holds !== before.holds;
    case 'abort':
      return after.abort !== null;
    case 'rollBack':
      return Boolean(after.rollback);
    case 'skipLocker':
      return after.lockers[event.locker]?.stage === 'ended';
    case 'adjust':
      return after.overlay?.number === (before.overlay?.number ?? 0) + 1;
    case 'retryLocker':
      break;
  }
  return after.lockers[event.locker]?.stage !== 'stuck';
}
