/** Durations are written `500ms`, `10s`, `5m`, `24h` by people and are milliseconds everywhere else. */
import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const PATTERN = /^(\d{1,9})(ms|s|m|h)$/;

export const Duration = z
  .string()
  .regex(PATTERN, 'write a duration such as 500ms, 10s, 5m or 24h')
  .transform((text) => {
    const [, amount, unit] = PATTERN.exec(text) as unknown as [string, string, keyof typeof UNIT_MS];
    return Number(amount) * UNIT_MS[unit];
  });
