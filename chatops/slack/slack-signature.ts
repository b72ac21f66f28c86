/**
 * Slack's signature over a request (https://docs.slack.dev/authentication/verifying-requests-from-slack): HMAC-SHA256 of
 * `v0:<timestamp>:<raw body>` with the app's signing secret. It covers the bytes as they came: parsed and written again
 * they would be others.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { badTime } from '../http/signed-time';

const VERSION = 'v0';

export interface SlackHeaders {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

export function slackSignature(secret: string, timestamp: string, body: Buffer): string {
  const hash = createHmac('sha256', secret).update(`${VERSION}:${timestamp}:`).update(body).digest('hex');
  return `${VERSION}=${hash}`;
}

/** null: it is Slack's, and of now. Else why not, in one sentence. */
export function refuseSlack(
  secret: string,
  headers: SlackHeaders,
  { body, nowMs }: { body: Buffer; nowMs: number },
): string | null {
  const { timestamp, signature } = headers;
  if (timestamp === undefined || signature === undefined) return 'The request is not signed by Slack.';
  const bad = badTime(timestamp, nowMs);
  if (bad !== null) return bad;
  const wanted = Buffer.from(slackSignature(secret, timestamp, body));
  const given = Buffer.from(signature);
  const same = wanted.length === given.length && timingSafeEqual(wanted, given);
  return same ? null : 'The signature does not fit the request: it was not signed with the signing secret of this Slack app.';
}
