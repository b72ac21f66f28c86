/**
 * Brings one rollout's message to its newest state: an update where it is known to be, a post where it is not. After a lost
 * answer Slack is asked first whether the message is there (each carries its key as metadata), since Slack has nothing that
 * would make a second post the same as the first. Where the app may not read the channel, or the message is not to be seen
 * yet, it is posted again: the older one then stays as it was, and its buttons are stale.
 */
import type { Delivered, Place } from '../outbox/outbox';
import type { Receipt } from '../outbox/chat-state';
import type { SlackAnswer, SlackApi } from './slack-api';

export interface SlackMessage {
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
}

export const METADATA_TYPE = 'lockstep_rollout';
/** No later try makes it right: what was made is no message, or its thread is gone. */
const MALFORMED: readonly string[] = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_too_long',
  'msg_blocks_too_long',
  'no_text',
];
/** Part of it may have happened, Slack says of these. */
const HALF_DONE: readonly string[] = ['internal_error', 'fatal_error', 'request_timeout', 'service_unavailable'];
/** The app was given no right to read the channel. */
const MAY_NOT_READ: readonly string[] = ['missing_scope', 'no_permission', 'access_denied', 'not_allowed_token_type'];
/** The clocks of two machines. */
const BEFORE_MS = 5 * 60_000;
const LOOK_AT_MESSAGES = 200;

/** It can't be changed any more where it is. */
const GONE: readonly string[] = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'is_inactive'];

export async function deliverMessage(
  api: SlackApi,
  key: string,
  message: SlackMessage,
  { receipt, doubtSince }: Omit<Place, 'receiptOf'>,
): Promise<Delivered> {
  if (receipt !== null) return update(api, key, message, receipt);
  if (doubtSince === null) return post(api, key, message);
  const found = await find(api, key, message.channel, doubtSince);
  if (found.kind === 'failed') return found;
  return found.receipt === null ? post(api, key, message) : update(api, key, message, found.receipt);
}

/** A line in the thread of a message, which rings those whom it names: a message that only changes rings nobody. Twice is better than never. */
export interface SlackRing {
  /** Of the message. */
  readonly under: string;
  /** null: nobody is to be rung any more. */
  readonly text: string | null;
}

export async function deliverRing(api: SlackApi, { under, text }: SlackRing, { receiptOf }: Place): Promise<Delivered> {
  if (text === null) return { kind: 'sent', receipt: null };
  const message = receiptOf(under);
  if (message === null) return { kind: 'failed', why: 'its message is not there yet', unknown: false };
  const answer = await api('chat.postMessage', { channel: message.channel, thread_ts: message.ts, text });
  return answer.kind === 'ok' ? { kind: 'sent', receipt: null } : failed(answer);
}

async function post(api: SlackApi, key: string, { channel, text, blocks }: SlackMessage): Promise<Delivered> {
  const metadata = { event_type: METADATA_TYPE, event_payload: { key } };
  const answer = await api('chat.postMessage', { channel, text, blocks, metadata, unfurl_links: false, unfurl_media: false });
  if (answer.kind !== 'ok') return failed(answer);
  const { ts, channel: id } = answer.data;
  if (typeof ts !== 'string') return { kind: 'failed', why: 'Slack did not say where the message is', unknown: true };
  // The id: an update takes no channel's name.
  return { kind: 'sent', receipt: { channel: typeof id === 'string' ? id : channel, ts } };
}

async function update(api: SlackApi, key: string, message: SlackMessage, receipt: Receipt): Promise<Delivered> {
  const { text, blocks } = message;
  const answer = await api('chat.update', { ...receipt, text, blocks });
  if (answer.kind === 'ok') return { kind: 'sent', receipt };
  if (answer.kind === 'error' && GONE.includes(answer.error)) return post(api, key, message);
  const came = failed(answer);
  // Once more does no harm: it is the same message.
  return came.kind === 'failed' ? { ...came, unknown: false } : came;
}

type Found = { readonly kind: 'looked'; readonly receipt: Receipt | null } | Failed;

async function find(api: SlackApi, key: string, channel: string, since: number): Promise<Found> {
  const oldest = String((since - BEFORE_MS) / 1_000);
  const answer = await api('conversations.history', { channel, oldest, limit: LOOK_AT_MESSAGES, include_all_metadata: true });
  // Nothing can be known, now or later; any other trouble passes or is mended.
  if (answer.kind === 'error' && MAY_NOT_READ.includes(answer.error)) return { kind: 'looked', receipt: null };
  if (answer.kind !== 'ok') return { ...waits(answer), unknown: true };
  const messages = Array.isArray(answer.data['messages']) ? (answer.data['messages'] as unknown[]) : [];
  const ours = messages.find((one) => keyOf(one) === key) as { ts?: unknown } | undefined;
  return { kind: 'looked', receipt: typeof ours?.ts === 'string' ? { channel, ts: ours.ts } : null };
}

function keyOf(message: unknown): unknown {
  const { metadata } = message as { metadata?: { event_type?: unknown; event_payload?: { key?: unknown } } };
  return metadata?.event_type === METADATA_TYPE ? metadata.event_payload?.key : null;
}

type Failed = Extract<Delivered, { kind: 'failed' }>;
type NotOk = Exclude<SlackAnswer, { kind: 'ok' }>;

function failed(answer: NotOk): Delivered {
  const refused = answer.kind === 'error' && MALFORMED.includes(answer.error);
  return refused ? { kind: 'refused', why: waits(answer).why } : waits(answer);
}

function waits(answer: NotOk): Failed {
  switch (answer.kind) {
    case 'later':
      return { kind: 'failed', why: 'Slack asks to wait (429)', unknown: false, afterMs: answer.afterMs };
    case 'no-answer':
      return { kind: 'failed', why: answer.why, unknown: answer.sent };
    case 'error':
      break;
  }
  // Whoever looks after the app can mend the rest: a token, a channel to join. So it waits.
  return { kind: 'failed', why: `Slack says ${answer.error}`, unknown: HALF_DONE.includes(answer.error) };
}
