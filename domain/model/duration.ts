/** Durations are written `500ms`, `10s`, `5m`, `24h` by people and are milliseconds everywhere else. */
import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const PATTERN = /^(\d{1,9})(ms|s|m|h)$/;

const RULE = 'write a duration such as 500ms, 10s, 5m or 24h';

export const Duration = z
  .string(RULE)
  .regex(PATTERN, RULE)
  .transform((text) => {
    const [, amount, unit] = PATTERN.exec(text) as unknown as [string, string, keyof typeof UNIT_MS];
    return Number(amount) * UNIT_MS[unit];
  })
  // Node's timers overflow at 24.8 days and then fire at once: a very long deadline would be none.
  .refine((ms) => ms <= 500 * UNIT_MS.h, 'a duration is at most 500h');

/** A deadline or an interval: zero would never let anything happen. */
export const PositiveDuration = Duration.refine((ms) => ms > 0, 'this duration is more than 0s');
