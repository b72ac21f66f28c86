/**
 * Connects the messages with the rules: the door (parse-message.ts), the permission, the event.
 * An update is refused with the reason; a signal has no reply, so its refusal is noted in the
 * status and changes nothing else. A handler asks for permission again: two messages that came in
 * one workflow task have both passed the validator before the first one counts.
 */
import { setHandler } from '@temporalio/workflow';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { FAULTS } from '../domain/faults';
import type { MessageEvent } from '../domain/decide/rollout-event';
import { isoTime } from '../domain/model/civil-time';
import { briefOf } from '../domain/operator/approval-brief';
import { mayDo } from '../domain/operator/permissions';
import { statusOf } from '../domain/operator/rollout-status';
import * as messages from './messages';
import { parseMessage } from './parse-message';
import type { MessageName, Parsed, ParsedMessage } from './parse-message';
import { isSigned, proveApproval } from './prove-approval';
import { noticeReset } from './reset-seen';
import { apply, viewOf } from './rollout';
import type { Rollout } from './rollout';
import { failureOf } from './step-fault';
import { expired, isForHandler, mustWait, sentBefore } from './too-late';

const DESCRIPTIONS: Readonly<Record<MessageName, string>> = {
  approve: 'Lets the batch begin that waits. {"actor":"you","batch":2,"planDigest":"as status shows it"}',
  reject: 'Does not let the batch begin: the rollout holds. {"actor":"you","batch":2,"planDigest":"…","reason":"…"}',
  pause: 'Lockers in flight come up, no other begins, clocks stop. {"actor":"you","reason":"…","until":"2026-11-21T06:00:00Z"}',
  resume: 'Lifts the pause, else the holds that it can lift; failures so far are acknowledged. {"actor":"you"}',
  abort: 'Lockers in flight come up, the others stay as they are, and the rollout ends. {"actor":"you","reason":"…"}',
  rollBack: 'Every locker that was changed goes back to where it came from, no other begins. {"actor":"you","reason":"…"}',
  adjust: 'Other rules from here on. {"actor":"you","maxDown":2,"maxStarting":2,"soakMs":60000,"gates":[2]}; name what changes',
  skipLocker: 'One that waits is left as it is. {"actor":"you","locker":"…"}',
  retryLocker: 'For a locker that hangs in its stop ("how":"wait" or "kill"), or that ended badly. {"actor":"you","locker":"…"}',
};

export function handleMessages(rollout: Rollout): void {
  handle(rollout, 'approve', messages.approve, messages.approveSignal);
  handle(rollout, 'reject', messages.reject, messages.rejectSignal);
  handle(rollout, 'pause', messages.pause, messages.pauseSignal);
  handle(rollout, 'resume', messages.resume, messages.resumeSignal);
  handle(rollout, 'abort', messages.abort, messages.abortSignal);
  handle(rollout, 'rollBack', messages.rollBack, messages.rollBackSignal);
  handle(rollout, 'adjust', messages.adjust, null);
  handle(rollout, 'skipLocker', messages.skipLocker, null);
  handle(rollout, 'retryLocker', messages.retryLocker, null);
  const description = 'State, batch, counts, what is asked of whom, and every locker';
  setHandler(messages.status, () => statusOf(viewOf(rollout)), { description });
  setHandler(messages.brief, () => briefOf(viewOf(rollout)), { description: 'What an approver should see before he answers' });
  setHandler(messages.walked, () => walkedOf(rollout), { description: 'Plan and progress, for taking it back after its end' });
}

function walkedOf({ plan, progress }: Rollout): messages.Walked {
  return plan && progress && { plan, progress };
}

function handle<M>(
  rollout: Rollout,
  name: MessageName,
  update: UpdateDefinition<string, [M]>,
  signal: SignalDefinition<[Partial<M>]> | null,
): void {
  const description = DESCRIPTIONS[name];
  const accept = (raw: M) => {
    noticeReset(rollout);
    const parsed = refuseLate(rollout, parseMessage(name, raw));
    return mustWait(rollout, parsed) ? acceptLater(rollout, parsed) : acceptNow(rollout, parsed);
  };
  const validator = (raw: M) => {
    const parsed = parseMessage(name, raw);
    // A validator leaves no trace, and can't wait.
    if (typeof parsed === 'string' || !isForHandler(rollout, parsed)) allowed(rollout, parsed);
  };
  setHandler(update, accept, { description, validator });
  if (signal) setHandler(signal, (raw) => receive(rollout, name, raw), { description });
}

function take(rollout: Rollout, event: MessageEvent): string {
  apply(rollout, event);
  return answerTo(event, rollout);
}

async function acceptSigned(rollout: Rollout, parsed: ParsedMessage): Promise<string> {
  const proven = await proveApproval(rollout, parsed);
  if (typeof proven === 'string') throw refused(`${parsed.message.kind} is refused: ${proven}`);
  allowed(rollout, parsed);
  return take(rollout, proven);
}

function acceptNow(rollout: Rollout, parsed: ParsedMessage): string | Promise<string> {
  allowed(rollout, parsed);
  return isSigned(parsed) ? acceptSigned(rollout, parsed) : take(rollout, parsed.event);
}

async function acceptLater(rollout: Rollout, parsed: ParsedMessage): Promise<string> {
  const before = await sentBefore(rollout, parsed);
  if (before !== null) throw refusedAndSeen(rollout, parsed, before);
  return acceptNow(rollout, parsed);
}

function refuseLate(rollout: Rollout, parsed: Parsed): ParsedMessage {
  if (typeof parsed === 'string') throw refused(parsed);
  const late = expired(parsed);
  if (late !== null) throw refusedAndSeen(rollout, parsed, late);
  return parsed;
}

function refusedAndSeen(rollout: Rollout, { event }: ParsedMessage, why: string): Error {
  apply(rollout, { kind: 'note', text: `a message of ${event.actor} changed nothing: ${why}` });
  return refused(why);
}

function allowed(rollout: Rollout, parsed: Parsed): Exclude<Parsed, string> {
  const refusal = typeof parsed === 'string' ? parsed : mayDo(parsed.message, viewOf(rollout));
  if (typeof parsed !== 'string' && refusal === null) return parsed;
  throw refused(refusal ?? 'The message can not be read.');
}

const refused = (sentence: string): Error =>
  failureOf({ code: 'MessageRefused', sentence, cure: FAULTS.MessageRefused.cure, evidence: [] });

function receive(rollout: Rollout, name: MessageName, raw: unknown): void | Promise<void> {
  noticeReset(rollout);
  const parsed = parseMessage(name, raw, 'somebody by signal');
  if (typeof parsed === 'string') return changedNothing(rollout, parsed);
  const late = expired(parsed);
  if (late !== null) return changedNothing(rollout, late);
  return mustWait(rollout, parsed) ? receiveLater(rollout, parsed) : receiveNow(rollout, parsed);
}

async function receiveLater(rollout: Rollout, parsed: ParsedMessage): Promise<void> {
  const before = await sentBefore(rollout, parsed);
  return before === null ? receiveNow(rollout, parsed) : changedNothing(rollout, before);
}

function receiveNow(rollout: Rollout, parsed: ParsedMessage): void | Promise<void> {
  const refusal = mayDo(parsed.message, viewOf(rollout));
  if (refusal !== null) return changedNothing(rollout, refusal);
  if (isSigned(parsed)) return receiveSigned(rollout, parsed);
  apply(rollout, parsed.event);
}

async function receiveSigned(rollout: Rollout, parsed: ParsedMessage): Promise<void> {
  const proven = await proveApproval(rollout, parsed);
  const why =
    typeof proven === 'string' ? `${parsed.message.kind} is refused: ${proven}` : mayDo(parsed.message, viewOf(rollout));
  if (typeof proven === 'string' || why !== null) return changedNothing(rollout, why);
  apply(rollout, proven);
}

const changedNothing = (rollout: Rollout, why: string | null): void =>
  apply(rollout, { kind: 'note', text: `a signal changed nothing: ${why}` });

function answerTo(event: MessageEvent, rollout: Rollout): string {
  const holds = rollout.progress?.holds.length ?? 0;
  switch (event.kind) {
    case 'approve':
      return `Batch ${event.batch} may begin${rollout.progress?.pause ? ' when the pause is lifted' : ''}.`;
    case 'reject':
      return `Batch ${event.batch} is rejected. The rollout holds until it is approved or aborted.`;
    case 'pause':
      return `Paused${event.until ? ` until ${isoTime(event.until)}` : ''}: lockers in flight come up, no other begins.`;
    case 'resume':
      return holds > 0 ? 'The pause is lifted; the rollout still holds, see status.' : 'It goes on.';
    case 'abort':
      return 'Aborted: lockers in flight come up, the others stay as they are.';
    case 'rollBack':
      return 'It rolls back: lockers in flight come up, and every one that was changed goes back to where it came from.';
    case 'adjust':
      return `Adjusted, overlay ${rollout.progress?.overlay?.number ?? 0}: what is in flight goes on, what comes follows it.`;
    case 'skipLocker':
      return `${event.locker} is skipped; it stays as it is.`;
    case 'retryLocker':
      break;
  }
  const { locker } = event;
  if (rollout.progress?.lockers[locker]?.former) {
    const halted = rollout.progress.pause !== null || holds > 0;
    return `${locker} is tried again${halted ? ' when the rollout goes on, see status' : ''}.`;
  }
  if (rollout.progress?.lockers[locker]?.retry == null) return `${locker} goes on, see status.`;
  return event.how === 'kill' ? `${locker} is killed.` : `${locker} gets its time once more.`;
}
