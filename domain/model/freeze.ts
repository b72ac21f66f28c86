/** A person on the box forbids changes, whoever holds it: break-glass, lifted by hand only. */
import { z } from 'zod';

export const Freeze = z.strictObject({
  /** The account on the box, as `local:<user>`. */
  by: z.string().min(1).max(80),
  reason: z.string().min(1).max(500),
  /** ISO time. */
  since: z.string(),
});
export type Freeze = z.infer<typeof Freeze>;
