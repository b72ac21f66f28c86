/**
 * The door for messages: signals and updates come from CLI, Web UI and `temporal` alike, so nothing
 * of their shape is taken for granted. Written out by hand, since zod stays out of workflow code.
 */
import type { MessageEvent } from '../domain/decide/rollout-event';
import type { LockerName } from '../domain/model/ids';
import type { OperatorMessage } from '../domain/operator/permissions';
import { plain, shortened } from '../domain/operator/plain-text';

export type MessageName = OperatorMessage['kind'];
export interface ParsedMessage {
  /** What the permissions are asked about. */
  readonly message: OperatorMessage;
  readonly event: MessageEvent;
}
/** Or one sentence that says what is wrong with it. */
export type Parsed = ParsedMessage | string;

export function parseMessage(name: MessageName, raw: unknown, anonymous: string | null = null): Parsed {
  const fields = raw === undefined || raw === null ? {} : raw;
  if (typeof fields !== 'object' || Array.isArray(fields)) return `${name} takes one JSON object, such as {"actor":"you"}.`;
  const given = fields as Readonly<Record<string, unknown>>;
  const actor = text(given['actor'], 200) ?? anonymous;
  if (actor === null) return `${name} needs "actor": who asks for it.`;
  const person = { actor, reason: text(given['reason'], 500) };
  switch (name) {
    case 'approve':
    case 'reject':
      return parseAnswer(name, given, person);
    case 'retryLocker':
      return parseRetry(given, person);
    case 'pause':
    case 'resume':
    case 'abort':
    case 'rollBack':
      break;
  }
  return { message: { kind: name }, event: { kind: name, ...person } };
}

type Given = Readonly<Record<string, unknown>>;
type Person = Pick<MessageEvent, 'actor' | 'reason'>;

function parseAnswer(kind: 'approve' | 'reject', { batch, planDigest }: Given, person: Person): Parsed {
  if (typeof batch !== 'number' || !Number.isInteger(batch)) return `${kind} needs "batch": the number of the batch that waits.`;
  if (typeof planDigest !== 'string') return `${kind} needs "planDigest": the plan that was looked at, as status shows it.`;
  return { message: { kind, batch, planDigest }, event: { kind, batch, ...person } };
}

function parseRetry({ locker, how }: Given, person: Person): Parsed {
  if (typeof locker !== 'string') return 'retryLocker needs "locker": the name of the one that hangs.';
  if (how !== 'wait' && how !== 'kill') return 'retryLocker needs "how": "wait" (once more as long) or "kill".';
  const name = locker as LockerName;
  return { message: { kind: 'retryLocker', locker: name }, event: { kind: 'retryLocker', locker: name, how, ...person } };
}

function text(value: unknown, length: number): string | null {
  const cleaned = typeof value === 'string' ? shortened(plain(value), length) : '';
  return cleaned === '' ? null : cleaned;
}
