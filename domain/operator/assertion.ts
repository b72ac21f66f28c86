/**
 * What is signed to prove who approves: the exact bytes of this text and of no other, so that one
 * meaning has one signature. Pure; the signature itself is checked by an activity, since workflow code
 * has no crypto. Invariant: an assertion lets one batch of one plan begin, once, and nothing else.
 */
import { formatDuration } from '../model/format-duration';
import { isoTime } from '../model/civil-time';
import { plain, shortened } from './plain-text';

export interface Assertion {
  readonly v: 1;
  /** The rollout's id. */
  readonly rollout: string;
  readonly batch: number;
  /** Of the plan, all 64 digits. */
  readonly digest: string;
  /** Number of the adjustment that was looked at; 0: none. */
  readonly overlay: number;
  /** Of the gate, as status shows it: after a reset in Temporal it has another one. */
  readonly opening: number;
  readonly actor: string;
  /** Never used before: 16 to 64 of letters, digits, - and _. */
  readonly nonce: string;
  /** When it was signed, epoch milliseconds. */
  readonly at: number;
}
export type Asserted = Omit<Assertion, 'v' | 'nonce' | 'at'>;

/** As a message carries it. */
export interface Proof {
  /** The signed text, as it was signed. */
  readonly assertion: string;
  /** Of those bytes, in base64. */
  readonly signature: string;
  /** Id of the key in the fleet file. */
  readonly key: string;
}

/** From the click to the workflow: a chat's or a worker's retries fit, yesterday's click does not. */
const VALID_FOR_MS = 10 * 60_000;
/** Clocks of two machines differ. */
const AHEAD_MS = 60_000;
const MAX_TEXT = 2_000;

/** These keys in this order, and no space. */
export function assertionText({ v, rollout, batch, digest, overlay, opening, actor, nonce, at }: Assertion): string {
  return JSON.stringify({ v, rollout, batch, digest, overlay, opening, actor, nonce, at });
}

const UNREADABLE = `its assertion can not be read: it is the text ${assertionText({
  v: 1,
  rollout: '…',
  batch: 2,
  digest: '…',
  overlay: 0,
  opening: 0,
  actor: '…',
  nonce: '…',
  at: 0,
})}, in this order and without spaces.`;

/** Or the rest of a sentence: what is wrong with it. */
export function parseAssertion(text: string): Assertion | string {
  if (text.length > MAX_TEXT) return UNREADABLE;
  const read = fieldsOf(text);
  if (read === null || !isAssertion(read)) return UNREADABLE;
  // Another text of the same meaning (a key twice, other spaces) was not what somebody read and signed.
  return assertionText(read) === text ? read : UNREADABLE;
}

type Fields = Readonly<Record<keyof Assertion, unknown>>;

function fieldsOf(text: string): Fields | null {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Fields) : null;
  } catch {
    return null;
  }
}

function isAssertion(read: Fields): read is Fields & Assertion {
  const { v, rollout, batch, digest, overlay, opening, actor, nonce, at } = read;
  const texts = [rollout, digest, actor].every((value) => typeof value === 'string' && value !== '');
  const numbers = [batch, overlay, opening, at].every((value) => Number.isSafeInteger(value) && (value as number) >= 0);
  return v === 1 && texts && numbers && typeof nonce === 'string' && /^[A-Za-z0-9_-]{16,64}$/.test(nonce);
}

/** null: it says just that, and is fresh. Else the rest of a sentence. */
export function matchAssertion(said: Assertion, asked: Asserted, now: number): string | null {
  const { rollout, batch, digest, overlay, opening, actor, at } = said;
  if (rollout !== asked.rollout) return 'it was signed for another rollout. Look at this one, and approve again.';
  if (batch !== asked.batch) return `it was signed for batch ${batch}, not for batch ${asked.batch}.`;
  if (digest !== asked.digest) {
    return `it was signed for the plan ${shown(digest)}, but this rollout walks the plan ${shown(asked.digest)}. Look at the plan again.`;
  }
  if (overlay !== asked.overlay) {
    return `it was signed for the overlay ${overlay}, but the rules are those of overlay ${asked.overlay} now. Look at the status again.`;
  }
  if (opening !== asked.opening) {
    return 'it was signed for an earlier opening of the gate, which has opened anew since (a reset in Temporal). Look at the status again.';
  }
  if (actor !== asked.actor) return `it was signed for ${shown(actor)}, not for ${shown(asked.actor)}.`;
  if (now - at > VALID_FOR_MS) {
    return `it was signed at ${isoTime(at)}, more than ${formatDuration(VALID_FOR_MS)} ago. Approve again.`;
  }
  if (at - now > AHEAD_MS) return `it was signed at ${isoTime(at)}, which is still to come. Set the clock of whoever signs.`;
  return null;
}

const shown = (text: string): string => shortened(plain(text), 40);
