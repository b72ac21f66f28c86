/** `state/history` on a box: one JSON line per finished rollout or script, per take-over, per settled migration and per freeze of changes. Final format 1. For people; may be lost. */
import { z } from 'zod';

export const HistoryRecord = z.strictObject({
  format: z.literal(1),
  kind: z.enum(['rollout', 'script', 'take-over', 'freeze', 'migration', 'crash-loop', 'rewind']),
  /** ISO time of its end. */
  at: z.string(),
  /** ISO time of its lease; null where it had none any more. */
  since: z.string().nullable(),
  holder: z.string(),
  by: z.string(),
  /** A rollout's end state; for a script its name and how it ended. */
  state: z.string(),
  /** Label of the release. */
  release: z.string().nullable(),
  counts: z.record(z.string(), z.int()),
  /** Whose lease was taken over; null otherwise. */
  takenFrom: z.string().nullable(),
});
export type HistoryRecord = z.infer<typeof HistoryRecord>;
