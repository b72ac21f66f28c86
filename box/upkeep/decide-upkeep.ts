/**
 * What lockerd itself owes a locker now, with no orchestrator anywhere (design: "Wanted, owed,
 * parked"). Pure. Invariants: never against a running job; a parked locker, and one that is wanted
 * down and not owed, is never started; a crash is noted once and before anything is done about it.
 */
import type { LockerRecord } from '../journal/records';

export interface Looked {
  readonly record: LockerRecord;
  /** A job on it runs or waits for its turn. */
  readonly busy: boolean;
  readonly up: boolean;
  /** At the look before; at the first one: whether it could have been up (the same boot). */
  readonly wasUp: boolean;
  /** Up again with another init by the next look, and none of us has started it. Absent: no. */
  readonly replaced?: boolean;
  /** Why its application counts as dead, though its init lives. Absent: it does not. */
  readonly dead?: { readonly why: string; readonly told: boolean; readonly restart: boolean } | null;
  /** Nobody has spoken of it for so long that nobody will. */
  readonly silent: boolean;
  /** Nobody holds the box. */
  readonly free: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

export type Duty =
  | { readonly kind: 'none' }
  /** Never asked for either way, and it runs: wanted as it is found. */
  | { readonly kind: 'note-wanted' }
  | { readonly kind: 'note-crash' }
  | { readonly kind: 'note-dead'; readonly why: string }
  /** Its init has to go, and to come again, for its application to live. */
  | { readonly kind: 'restart' }
  /** It was decided to bring it back to its former version. */
  | { readonly kind: 'rewind' }
  | { readonly kind: 'bring-up'; readonly because: 'owed' | 'down' }
  /** A quiesce whose rollout went silent is undone. */
  | { readonly kind: 'reopen' };

const NONE: Duty = { kind: 'none' };

export function decideUpkeep({ record, busy, up, wasUp, replaced = false, dead = null, silent, free, now }: Looked): Duty {
  const { wanted, owed, parked, quiesced, crashes } = record;
  if (busy || parked) return NONE;
  if (free && isRewinding(record) && (owed === null || owed.token === record.rewind?.token)) return { kind: 'rewind' };
  const patient = msUntilNextTry(crashes, now) > 0;
  if (owed) return silent && !patient ? { kind: 'bring-up', because: 'owed' } : NONE;
  if (up && quiesced && silent) return { kind: 'reopen' };
  if (wanted === null) return up ? { kind: 'note-wanted' } : NONE;
  if (up && replaced && wanted === 'up') return { kind: 'note-crash' };
  if (up && dead && wanted === 'up') return ofTheDead(dead, patient);
  if (up) return NONE;
  if (wanted === 'down') return NONE;
  if (wasUp) return { kind: 'note-crash' };
  return patient ? NONE : { kind: 'bring-up', because: 'down' };
}

function ofTheDead({ why, told, restart }: NonNullable<Looked['dead']>, patient: boolean): Duty {
  if (!told) return { kind: 'note-dead', why };
  return restart && !patient ? { kind: 'restart' } : NONE;
}

export const isRewinding = ({ rewind, wanted }: LockerRecord): boolean => rewind?.end === null && wanted !== 'down';

/** Three in this time are a loop. */
const LOOP_MS = 5 * 60_000;
const LOOP_CRASHES = 3;
const FIRST_WAIT_MS = 1_000;
/** A locker that can't come up costs a start a minute, and is up within a minute of its mending. */
const LONGEST_WAIT_MS = 60_000;

export function msUntilNextTry(crashes: LockerRecord['crashes'], now: number): number {
  const recent = recentOf(crashes, now);
  const last = recent.at(-1);
  if (last === undefined) return 0;
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (recent.length - 1));
  return Math.max(0, last + wait - now);
}

/** Lately: its owner misses it now. */
export function hasCrashed(crashes: LockerRecord['crashes'], now: number): boolean {
  return recentOf(crashes, now).length > 0;
}

export function isCrashLoop(crashes: LockerRecord['crashes'], now: number): boolean {
  return recentOf(crashes, now).length >= LOOP_CRASHES;
}

/** A clock that was set back must not make a crash lie in the future for long. */
function recentOf(crashes: LockerRecord['crashes'], now: number): number[] {
  return crashes.map((at) => Math.min(Date.parse(at), now)).filter((at) => now - at < LOOP_MS);
}
