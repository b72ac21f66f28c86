/**
 * A release: one code revision + one config revision + the inputs of their building.
 * Code and config go forward and back as a pair. The id is a stable hash; the label is for people.
 */
import { z } from 'zod';
import { CodeId, Digest, ReleaseId, ServiceName, Sha } from './ids';

export const Release = z.strictObject({
  id: ReleaseId,
  /** Such as `stable-20261120-g4eef65`: ref, day of the code commit, abbreviated commit. */
  label: z.string(),
  service: ServiceName,
  code: z.strictObject({
    id: CodeId,
    revision: Sha,
    /** What the locker must answer where it is asked for it: `<commit count>-g<12 hex>`. */
    build: z.string(),
  }),
  config: z.strictObject({ revision: Sha }),
});
export type Release = z.infer<typeof Release>;

/** `REVISION` in each version directory of a locker. Final format 1. */
export const Revision = z.strictObject({
  format: z.literal(1),
  version: z.int().positive(),
  release: z.strictObject({ id: ReleaseId, label: z.string() }),
  service: ServiceName,
  code: z.strictObject({ id: CodeId, revision: Sha, build: z.string() }),
  config: z.strictObject({ revision: Sha, digest: Digest }),
  /** `mounts`: it was there before Lockstep, so that what its init has mounted proves it, whatever the service says. */
  proof: z.literal('mounts').optional(),
  /** ISO time of staging. */
  at: z.string(),
  /** The rollout id, or `local:<user>`, that staged it. */
  by: z.string(),
});
export type Revision = z.infer<typeof Revision>;
