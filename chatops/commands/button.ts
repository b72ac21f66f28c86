/** What a button carries: all that its click is bound to. Slack gives it back as it was, and signs that. */
import { z } from 'zod';
import { BoxName } from '../../domain/model/ids';

export const ButtonValue = z.strictObject({
  v: z.literal(1),
  box: BoxName,
  rollout: z.string().min(1).max(80),
  batch: z.int().positive(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  overlay: z.int().min(0),
  opening: z.int().min(0).optional(),
});
export type ButtonValue = z.infer<typeof ButtonValue>;

/** null: it is none of ours. */
export function readButton(value: string): ButtonValue | null {
  try {
    const parsed = ButtonValue.safeParse(JSON.parse(value));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
