/**
 * A rollout's right to a box. Granted when free, or to the same holder again. Each grant to
 * another holder has the next generation; requests of a lower one are refused (`Fenced`).
 */
import { z } from 'zod';

export const Lease = z.strictObject({
  /** A rollout id, or `local:<user>`. */
  holder: z.string().min(1).max(80),
  generation: z.int().positive(),
  /** Who started the holder, as claimed. */
  by: z.string().max(200),
  since: z.string(),
});
export type Lease = z.infer<typeof Lease>;
