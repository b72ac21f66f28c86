/** How a release stands to what a locker runs, by the histories of its repositories and of its box. */
import { z } from 'zod';

/**
 * ahead: it contains what runs. behind: what runs contains it. diverged: both continue something
 * older. unrelated: they have nothing in common. unknown: what runs is in no repository any more.
 */
export const Kinship = z.enum(['same', 'ahead', 'behind', 'diverged', 'unrelated', 'unknown']);
export type Kinship = z.infer<typeof Kinship>;

export const Lineage = z.strictObject({
  code: Kinship,
  config: Kinship,
  /** The box had it, and what runs was rolled out after it. */
  superseded: z.boolean(),
});
export type Lineage = z.infer<typeof Lineage>;
