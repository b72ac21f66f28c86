/** What could not be delivered, one entry of two lines each. */
import type { DeadLetter } from '../outbox/chat-state';

export function deadLetterLines(letters: readonly DeadLetter[]): string[] {
  if (letters.length === 0) return ['Nothing is undelivered.'];
  return letters.flatMap(({ key, target, at, diedAt, why }) => [
    `${key} to ${target.replace(/^reply:.*/, 'a person who asked')}`,
    `  put ${new Date(at).toISOString()}, given up ${new Date(diedAt).toISOString()}: ${why}`,
  ]);
}
