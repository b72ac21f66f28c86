/** Who takes what: Slack its messages, a person an answer, a listener an event. */
import { postJson } from '../http/post-json';
import type { ChatConfig, Listener } from '../config/read-chat-config';
import { deliverMessage, deliverRing } from '../slack/deliver-message';
import type { SlackMessage, SlackRing } from '../slack/deliver-message';
import { makeSlackApi } from '../slack/slack-api';
import { signWebhook } from '../webhooks/webhook-signature';
import type { Waiting } from './chat-state';
import type { Deliver, Delivered } from './outbox';

/** Used up, or older than Slack's half hour. */
const REPLY_IS_OVER: readonly number[] = [400, 403, 404, 410];
/** It wants no more of them. */
const LISTENER_IS_GONE: readonly number[] = [410];

export function deliverByTarget({ slack, listeners }: ChatConfig, now: () => number = Date.now): Deliver {
  const api = slack === null ? null : makeSlackApi({ base: slack.api, token: slack.token });
  return async (item, place) => {
    const { target, key, body } = item;
    if (target === 'slack') return api === null ? notNamed('slack') : deliverMessage(api, key, body as SlackMessage, place);
    if (target === 'slack-ring') return api === null ? notNamed('slack') : deliverRing(api, body as SlackRing, place);
    if (target.startsWith('reply:')) {
      const { url, message } = body as { url: string; message: unknown };
      return postJson({ url, body: JSON.stringify(message), finalStatuses: REPLY_IS_OVER });
    }
    const listener = listeners.find(({ name }) => target === `webhook:${name}`);
    return listener === undefined ? notNamed(target) : deliverEvent(listener, item, now());
  };
}

const notNamed = (target: string): Delivered => ({ kind: 'refused', why: `chatops.yaml does not name ${target} any more` });

function deliverEvent({ url, keys }: Listener, { id, body }: Waiting, nowMs: number): Promise<Delivered> {
  const text = JSON.stringify(body);
  // Of this attempt; the id stays, so that a second one is known as such.
  const timestamp = String(Math.floor(nowMs / 1_000));
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signWebhook(keys, { id, timestamp, body: Buffer.from(text) }),
  };
  return postJson({ url, body: text, headers, finalStatuses: LISTENER_IS_GONE });
}
