/** How old a signed request may be: Slack's rule and that of Standard Webhooks are the same five minutes, both ways. */

export const SIGNED_WITHIN_MS = 5 * 60_000;

/** `timestamp`: seconds since the epoch, as the header has it. null: it is of now. */
export function badTime(timestamp: string, nowMs: number): string | null {
  if (!/^\d{1,12}$/.test(timestamp)) return 'The request does not say when it was signed.';
  const at = Number(timestamp) * 1_000;
  const away = nowMs - at;
  if (away > SIGNED_WITHIN_MS) return `The request was signed at ${iso(at)}, more than 5 minutes ago: an old one is not taken.`;
  if (away < -SIGNED_WITHIN_MS)
    return `The request was signed at ${iso(at)}, which is more than 5 minutes ahead of the clock here.`;
  return null;
}

/** A number of 12 digits is still a date. */
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
