/** What Slack sends, as far as it is looked at: a slash command is a form, a click a form with JSON in `payload`. */
import { z } from 'zod';

const Id = z.string().min(1).max(64);

const SlashForm = z.object({ team_id: Id, user_id: Id, text: z.string().max(4_000).default(''), response_url: z.url() });
export type SlashForm = z.infer<typeof SlashForm>;

const Click = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: Id }),
  team: z.object({ id: Id }),
  response_url: z.url(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2_000).default('') })).min(1),
});
export type Click = z.infer<typeof Click>;

/** null: it is none. */
export function readSlash(body: Buffer): SlashForm | null {
  const parsed = SlashForm.safeParse(Object.fromEntries(new URLSearchParams(body.toString('utf8'))));
  return parsed.success ? parsed.data : null;
}

export function readClick(body: Buffer): Click | null {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  try {
    const parsed = Click.safeParse(JSON.parse(payload ?? ''));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
