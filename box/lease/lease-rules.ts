/** The lease's arithmetic (design: "The lease is the lock"). Pure. */
import { Fault } from '../../domain/faults';
import type { Lease } from '../../domain/model/lease';

export interface LeaseState {
  readonly lease: Lease | null;
  readonly generation: number;
}
export interface LeaseWish {
  readonly holder: string;
  readonly by: string;
  readonly force: boolean;
}

export type Grant =
  | { readonly kind: 'same'; readonly lease: Lease }
  | { readonly kind: 'granted'; readonly lease: Lease; readonly takenFrom: Lease | null };

export function decideLease(state: LeaseState, wish: LeaseWish, now: string): Grant {
  const { lease, generation } = state;
  if (lease?.holder === wish.holder) return { kind: 'same', lease };
  if (lease && !wish.force) throw heldBy(lease);
  const granted = { holder: wish.holder, generation: generation + 1, by: wish.by, since: now };
  return { kind: 'granted', lease: granted, takenFrom: lease };
}

export function heldBy(lease: Lease): Fault {
  const cure = lease.holder.startsWith('local:')
    ? 'Wait for the script to end, or take the box over deliberately: a script with --force, a rollout with --supersede.'
    : 'Wait for the rollout to end, or abort it (it may be another Temporal server’s: ask who started it). Was it terminated? Then take the box over with `start-rollout --supersede`, or free it with `lockstep release-box` (on the box: `lockerctl release-box`, or a script with --force): what was left down is brought up first.';
  return new Fault('HeldBy', `${lease.holder} (${lease.by}) holds the box since ${lease.since}.`, { cure });
}

/** Throws unless this holder may change the box now. */
export function checkLease(state: LeaseState, asker: { holder: string; generation: number }): void {
  const { lease, generation } = state;
  if (asker.generation < generation) throw fenced(state, asker.generation);
  if (lease && lease.holder !== asker.holder) throw heldBy(lease);
  if (!lease || asker.generation !== generation)
    throw new Fault(
      'NoLease',
      `${asker.holder} asks with generation ${asker.generation}; the box is at ${generation}${lease ? '' : ' and free'}.`,
    );
}

/** Before each side effect of a job that was accepted: only a newer generation stops it. */
export function checkFence(state: LeaseState, generation: number): void {
  if (generation < state.generation) throw fenced(state, generation);
}

function fenced({ lease, generation }: LeaseState, asked: number): Fault {
  const who = lease ? ` by ${lease.holder} (${lease.by}) since ${lease.since}` : '';
  return new Fault('Fenced', `Asked with generation ${asked}; the box was taken over with generation ${generation}${who}.`);
}
