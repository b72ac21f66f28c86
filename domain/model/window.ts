/** Maintenance windows and freezes, as people write them. */
import { z } from 'zod';

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const Time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 22:00');
const Zone = z.string().refine(isZone, 'write a time zone such as Europe/Berlin or UTC');

export const Window = z
  .strictObject({
    /** On which it opens, in its own zone; without it every day. */
    days: z.array(z.enum(DAYS)).min(1).optional(),
    from: Time,
    /** Not after `from`: of the next day. */
    to: Time,
    zone: Zone,
  })
  .refine(({ from, to }) => from !== to, 'a window from a time to the same time is none');
export type Window = z.infer<typeof Window>;

/** The last day still counts, in UTC. */
const LastDay = z.iso.date('write a day such as 2026-12-31');
export const FreezeInput = z.strictObject({ reason: z.string().min(1), until: LastDay.optional() });
export type FreezeInput = z.infer<typeof FreezeInput>;
export const HoldOut = z.strictObject({ reason: z.string().min(1), until: LastDay.optional() });
export type HoldOut = z.infer<typeof HoldOut>;

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
