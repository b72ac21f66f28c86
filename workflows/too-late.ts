/**
 * Messages that nobody means any more: one whose sender gave up (the server keeps it and gives it to the next worker), and
 * one that a reset in Temporal has sent again. A refusal of these is noted in the status, since nobody hears the answer.
 */
import { isoTime } from '../domain/model/civil-time';
import type { OperatorMessage } from '../domain/operator/operator-message';
import type { ParsedMessage } from './parse-message';
import { cameWithReset } from './reset-seen';
import type { Rollout } from './rollout';

/**
 * What only stops something is heard in any case: it may never have been carried out, and it costs no more than saying the
 * contrary. In whatever order these three come, the same becomes of them; the SDK replays them in another one.
 */
const STOPS: readonly OperatorMessage['kind'][] = ['pause', 'reject', 'abort'];

/** null: it is in time. Else one sentence: why it counts no more, and what to do. */
export function expired({ message: { kind }, validUntil }: ParsedMessage): string | null {
  if (validUntil === null || Date.now() <= validUntil) return null;
  return `${kind} is refused: it was to count until ${isoTime(validUntil)}, and came at ${isoTime(Date.now())}. Send it again if it is still meant.`;
}

/** After a reset it must be known first who did that. */
export const mustWait = ({ reset }: Rollout, { message: { kind } }: ParsedMessage): boolean =>
  reset !== null && !STOPS.includes(kind);

/** Called in the task that the message came with. null: it counts, as far as resets go; else the sentence. */
export async function sentBefore(rollout: Rollout, { message: { kind } }: ParsedMessage): Promise<string | null> {
  const again = cameWithReset(rollout);
  if ((await rollout.reset?.mended) !== false || !again) return null;
  return `${kind} is refused: it was sent before the rollout was reset in Temporal. Send it again if it is still meant.`;
}

/** For a validator: a handler has to refuse it or to wait for it, where it is seen. */
export const isForHandler = (rollout: Rollout, parsed: ParsedMessage): boolean =>
  expired(parsed) !== null || (cameWithReset(rollout) && !STOPS.includes(parsed.message.kind));
