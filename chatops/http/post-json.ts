/** One POST whose answer is only whether it was taken: replies to a person in Slack, and webhooks. */
import { neverLeft, reasonOf, retryAfterMs } from '../slack/slack-api';
import type { Delivered } from '../outbox/outbox';

/** Standard Webhooks asks for 15 to 30 s. */
const ANSWERS_WITHIN_MS = 15_000;

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers that no later try makes better. */
  readonly finalStatuses: readonly number[];
}

export async function postJson({ url, body, headers = {}, finalStatuses }: Post): Promise<Delivered> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      // Another address is for a person to write down.
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'sent', receipt: null };
    const why = `HTTP ${response.status}`;
    if (finalStatuses.includes(response.status)) return { kind: 'refused', why };
    const asked = response.headers.get('retry-after');
    const later = asked === null && response.status !== 429 ? {} : { afterMs: retryAfterMs(asked) };
    return { kind: 'failed', why, unknown: false, ...later };
  } catch (error) {
    return { kind: 'failed', why: reasonOf(error), unknown: !neverLeft(error) };
  }
}
