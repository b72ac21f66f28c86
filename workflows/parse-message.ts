/**
 * The door for messages: signals and updates come from CLI, Web UI and `temporal` alike, so nothing
 * of their shape is taken for granted. Written out by hand, since zod stays out of workflow code.
 */
import type { MessageEvent } from '../domain/decide/rollout-event';
import type { LockerName } from '../domain/model/ids';
import type { Adjustable } from '../domain/model/progress';
import type { Proof } from '../domain/operator/assertion';
import type { OperatorMessage } from '../domain/operator/operator-message';
import { plain, shortened } from '../domain/operator/plain-text';

export type MessageName = OperatorMessage['kind'];
export interface ParsedMessage {
  /** What the permissions are asked about. */
  readonly message: OperatorMessage;
  readonly event: MessageEvent;
  /** Epoch milliseconds after which its sender does not mean it any more; null: he did not say. */
  readonly validUntil: number | null;
}
type Read = Omit<ParsedMessage, 'validUntil'> | string;
/** Or one sentence that says what is wrong with it. */
export type Parsed = ParsedMessage | string;

export function parseMessage(name: MessageName, raw: unknown, anonymous: string | null = null): Parsed {
  const fields = raw === undefined || raw === null ? {} : raw;
  if (typeof fields !== 'object' || Array.isArray(fields)) return `${name} takes one JSON object, such as {"actor":"you"}.`;
  const given = fields as Readonly<Record<string, unknown>>;
  const actor = text(given['actor'], 200) ?? anonymous;
  if (actor === null) return `${name} needs "actor": who asks for it.`;
  const person = { actor, reason: text(given['reason'], 500) };
  const validUntil = parseTime(given['validUntil']);
  if (Number.isNaN(validUntil)) return `${name} takes "validUntil": a time such as 2026-11-21T06:00:00Z.`;
  const read = readMessage(name, given, person);
  return typeof read === 'string' ? read : { ...read, validUntil };
}

/** NaN: it is none. */
function parseTime(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

function readMessage(name: MessageName, given: Given, person: Person): Read {
  switch (name) {
    case 'approve':
    case 'reject':
      return parseAnswer(name, given, person);
    case 'retryLocker':
      return parseRetry(given, person);
    case 'skipLocker':
      return parseSkip(given, person);
    case 'adjust':
      return parseAdjust(given, person);
    case 'pause':
      return parsePause(given, person);
    case 'resume':
    case 'abort':
    case 'rollBack':
      break;
  }
  return { message: { kind: name }, event: { kind: name, ...person } };
}

type Given = Readonly<Record<string, unknown>>;
type Person = Pick<MessageEvent, 'actor' | 'reason'>;

function parseAnswer(kind: 'approve' | 'reject', given: Given, person: Person): Read {
  const { batch, planDigest, overlay, opening } = given;
  if (typeof batch !== 'number' || !Number.isInteger(batch)) return `${kind} needs "batch": the number of the batch that waits.`;
  if (typeof planDigest !== 'string') return `${kind} needs "planDigest": the plan that was looked at, as status shows it.`;
  if (overlay !== undefined && !isCount(overlay))
    return `${kind} takes "overlay": the number of the adjustment, as status shows it.`;
  if (opening !== undefined && !isCount(opening, 0, Number.MAX_SAFE_INTEGER))
    return `${kind} takes "opening": the number that status shows for the gate.`;
  const seen = { ...(overlay !== undefined && { overlay }), ...(opening !== undefined && { opening }) };
  const proof = kind === 'approve' ? parseProof(given) : null;
  if (typeof proof === 'string') return proof;
  const message = { kind, batch, planDigest, actor: person.actor, ...seen, ...(proof && { proof }) };
  return { message, event: { kind, batch, ...person } };
}

/** null: nothing of it is there, so the actor is claimed. */
function parseProof({ assertion, signature, key }: Given): Proof | string | null {
  const given = [assertion, signature, key];
  if (given.every((part) => part === undefined || part === null)) return null;
  const whole = given.every((part) => typeof part === 'string' && part !== '' && part.length <= 4_000);
  return whole ? ({ assertion, signature, key } as Proof) : 'approve takes "assertion", "signature" and "key" together, as text.';
}

function parseRetry({ locker, how = 'wait' }: Given, person: Person): Read {
  if (typeof locker !== 'string') return 'retryLocker needs "locker": the name of the one that hangs or ended badly.';
  if (how !== 'wait' && how !== 'kill') return 'retryLocker takes "how": "wait" (once more as long) or "kill".';
  const name = locker as LockerName;
  return { message: { kind: 'retryLocker', locker: name }, event: { kind: 'retryLocker', locker: name, how, ...person } };
}

function parseSkip({ locker }: Given, person: Person): Read {
  if (typeof locker !== 'string') return 'skipLocker needs "locker": the name of one that waits.';
  const skipped = { kind: 'skipLocker', locker: locker as LockerName } as const;
  return { message: skipped, event: { ...skipped, ...person } };
}

function parsePause({ until }: Given, person: Person): Read {
  const at = parseTime(until);
  if (at === null) return { message: { kind: 'pause' }, event: { kind: 'pause', ...person } };
  if (!Number.isFinite(at)) return 'pause takes "until": a time such as 2026-11-21T06:00:00Z.';
  if (at <= Date.now()) return 'pause takes "until": a time to come.';
  return { message: { kind: 'pause', until: at }, event: { kind: 'pause', until: at, ...person } };
}

const RULES =
  'adjust takes "maxDown", "maxStarting" (from 1), "soakMs" (from 0) and "gates" (numbers of batches); name what changes.';

function parseAdjust({ maxDown, maxStarting, soakMs, gates }: Given, person: Person): Read {
  const given = { maxDown, maxStarting, soakMs, gates };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  const fits = named.every(([rule, value]) => (rule === 'gates' ? isGates(value) : isCount(value, rule === 'soakMs' ? 0 : 1)));
  if (!fits || named.length === 0) return RULES;
  const adjusted = { kind: 'adjust', rules: Object.fromEntries(named) as Adjustable } as const;
  return { message: adjusted, event: { ...adjusted, ...person } };
}

const isCount = (value: unknown, from = 1, most = MOST): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= most;
const isGates = (value: unknown): boolean => Array.isArray(value) && value.length <= 1_000 && value.every((one) => isCount(one));
/** A soak of 20 days; a timer beyond overflows. */
const MOST = 1_800_000_000;

function text(value: unknown, length: number): string | null {
  const cleaned = typeof value === 'string' ? shortened(plain(value), length) : '';
  return cleaned === '' ? null : cleaned;
}
