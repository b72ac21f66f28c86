/**
 * Whether lockerd itself brings a locker back that crashes again and again on what a rollout brought
 * it to. Pure. Invariants: never while somebody holds the box (a running rollout does it itself, and
 * counts it); never on a version that it was brought back from before, so it can not go back and
 * forth; never over a migration that can not be undone.
 */
import type { LockerRecord } from '../journal/records';

export interface RewindFacts {
  readonly record: LockerRecord;
  /** Version of its link; null: none. */
  readonly current: number | null;
  /** The policy of the last stage. */
  readonly wanted: boolean;
  readonly held: boolean;
  readonly frozen: boolean;
  /** Done since its former version, and not to be undone. */
  readonly irreversible: readonly string[];
}

export type Verdict =
  | { readonly kind: 'rewind'; readonly from: number; readonly to: number }
  /** As words: why it stays. */
  | { readonly kind: 'stays'; readonly because: string };

export function mayRewind({ record, current, wanted, held, frozen, irreversible }: RewindFacts): Verdict {
  const { moved, rewind, parked, owed } = record;
  if (!wanted) return stays('the policy has no rewind');
  if (held) return stays('somebody holds the box');
  if (frozen) return stays('changes on the box are frozen');
  if (parked || owed) return stays('it is being dealt with');
  if (!moved || moved.to !== current) return stays('no rollout brought it to what it runs');
  if (moved.from === null || moved.from === moved.to) return stays('it has no former version');
  if (rewind?.from === current) return stays('it was brought back from this version before');
  if (irreversible.length > 0) return stays(`migrations that can not be undone lie between: ${irreversible.join(', ')}`);
  return { kind: 'rewind', from: moved.to, to: moved.from };
}

const stays = (because: string): Verdict => ({ kind: 'stays', because });
