/** The body of a webhook that asks for something, and what it comes to. Its sender says which person; the file says for whom it may. */
import { z } from 'zod';
import { PositiveDuration } from '../../domain/model/duration';
import { BoxName } from '../../domain/model/ids';
import type { ChatCommand } from '../commands/command';

const Text = z.string().trim().min(1).max(400);
const Person = { person: z.string().min(1).max(64), reason: Text.optional() };
/** As an event of `rollout.waiting_for_approval` brings it in `answer`. */
const Answer = {
  ...Person,
  box: BoxName,
  rollout: z.string().min(1).max(80),
  batch: z.int().positive(),
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'all 64 digits of the plan'),
  overlay: z.int().min(0),
  opening: z.int().min(0).optional(),
};

const Data = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('status'), ...Person, box: BoxName.optional() }),
  z.strictObject({ command: z.literal('approve'), ...Answer }),
  z.strictObject({ command: z.literal('reject'), ...Answer }),
  z.strictObject({ command: z.literal('pause'), ...Person, box: BoxName, for: PositiveDuration.optional() }),
  z.strictObject({ command: z.literal('resume'), ...Person, box: BoxName }),
  z.strictObject({ command: z.literal('abort'), ...Person, box: BoxName, reason: Text }),
]);
type Data = z.infer<typeof Data>;

const Body = z.object({ type: z.literal('lockstep.command'), timestamp: z.string(), data: Data });

export interface Asked {
  readonly person: string;
  readonly command: ChatCommand;
}

/** Or one sentence that says what is wrong with it. */
export function readWebhookCommand(body: Buffer): Asked | string {
  const parsed = Body.safeParse(jsonOf(body));
  if (parsed.success) return { person: parsed.data.data.person, command: commandOf(parsed.data.data) };
  const [issue] = parsed.error.issues;
  return `The body is no command: ${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'can not be read'}.`;
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

function commandOf(data: Data): ChatCommand {
  const reason = data.reason ?? null;
  switch (data.command) {
    case 'status':
      return { kind: 'status', box: data.box ?? null };
    case 'approve':
    case 'reject': {
      const { command: kind, box, rollout, batch, digest, overlay, opening } = data;
      return { kind, box, batch, digest, reason, looked: { rollout, batch, digest, overlay, opening } };
    }
    case 'pause':
      return { kind: 'pause', box: data.box, forMs: data.for ?? null, reason };
    case 'resume':
    case 'abort':
      break;
  }
  return { kind: data.command, box: data.box, reason };
}
