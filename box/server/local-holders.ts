/**
 * A script's lease (`local:<user>`) lives as long as the script's connection: when it ends or dies,
 * the box is free again after its running jobs. Two scripts of one user are two holders.
 */
import type { Lease } from '../../domain/model/lease';
import type { Daemon } from '../daemon';
import { heldBy } from '../lease/lease-rules';
import { releaseLease, takeLease } from '../lease/lease-verbs';
import type { LeaseWish } from '../lease/lease-rules';
import type { Client } from './connection';

export type TakeFor = (wish: LeaseWish, client: Client) => Promise<Lease>;

export interface LocalHolders {
  readonly takeFor: TakeFor;
  /** The lease of a script that an earlier life of lockerd served: nobody is connected any more who could give it back. */
  readonly giveBackLeft: () => void;
}

export function makeLocalHolders(daemon: Daemon): LocalHolders {
  const present = new Map<string, Client>();

  const giveBack = async (lease: Lease) => {
    const { jobs } = daemon.journal.state();
    const left = () => daemon.jobs.running().filter(({ token }) => jobs.get(token)?.holder === lease.holder);
    const ends = left().map(({ token }) => daemon.jobs.ended(token));
    await Promise.allSettled(ends);
    // The next script of the same user has it by now.
    if (!present.has(lease.holder)) await releaseLease(daemon, lease);
  };
  const giveBackLater = (lease: Lease) =>
    void giveBack(lease).catch((error: unknown) => daemon.log(`lease of ${lease.holder} not given back: ${String(error)}`));
  const giveBackLeft = () => {
    const { lease } = daemon.journal.state();
    if (lease?.holder.startsWith('local:')) giveBackLater(lease);
  };

  const takeFor: TakeFor = async (wish, client) => {
    if (!wish.holder.startsWith('local:')) return takeLease(daemon, wish);
    const { lease } = daemon.journal.state();
    const other = present.get(wish.holder);
    if (lease?.holder === wish.holder && other && other !== client) throw heldBy(lease);
    const granted = await takeLease(daemon, wish);
    present.set(wish.holder, client);
    client.onLeave(() => {
      if (present.get(wish.holder) === client) present.delete(wish.holder);
      giveBackLater(granted);
    });
    return granted;
  };
  return { takeFor, giveBackLeft };
}
