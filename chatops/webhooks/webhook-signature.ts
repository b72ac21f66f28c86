/**
 * Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `<id>.<timestamp>.<raw body>`, in base64 behind
 * `v1,`. A header may carry several, parted by spaces: while a secret is changed both sides know two.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { badTime } from '../http/signed-time';

const PREFIX = 'whsec_';
/** The specification's: 24 to 64 bytes. */
const SECRET_BYTES = { least: 24, most: 64 };
/** No dot: it parts what is signed. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

export interface WebhookHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/** null: it is no secret of that kind. */
export function webhookKey(secret: string): Buffer | null {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= SECRET_BYTES.least && key.length <= SECRET_BYTES.most ? key : null;
}

export interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly body: Buffer;
}

/** One signature for each key, as the header carries them. */
export function signWebhook(keys: readonly Buffer[], { id, timestamp, body }: Signed): string {
  const of = (key: Buffer) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return keys.map((key) => `v1,${of(key)}`).join(' ');
}

/** null: it is signed with one of the keys, and of now. Else why not, in one sentence. */
export function refuseWebhook(
  keys: readonly Buffer[],
  { id, timestamp, signature }: WebhookHeaders,
  { body, nowMs }: { body: Buffer; nowMs: number },
): string | null {
  if (id === undefined || timestamp === undefined || signature === undefined)
    return 'The request is not signed: it needs webhook-id, webhook-timestamp and webhook-signature.';
  if (!ID.test(id)) return 'The webhook-id can not be used: 1-128 of A-Z, a-z, 0-9, _ and -.';
  const bad = badTime(timestamp, nowMs);
  if (bad !== null) return bad;
  const wanted = signWebhook(keys, { id, timestamp, body }).split(' ');
  const given = signature.split(' ').filter((one) => one !== '');
  // Every pair is compared: how long it takes tells nothing of which.
  const fits = given.flatMap((one) => wanted.map((other) => same(one, other)));
  return fits.includes(true) ? null : 'The signature does not fit the request: no secret that is known here made it.';
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
