/** take-lease and release-lease on the journal. */
import type { Lease } from '../../domain/model/lease';
import type { Daemon } from '../daemon';
import { addHistory } from '../history/history';
import type { NewRecord } from '../journal/records';
import { decideLease } from './lease-rules';
import type { LeaseWish } from './lease-rules';

export async function takeLease(daemon: Daemon, wish: LeaseWish): Promise<Lease> {
  const { journal } = daemon;
  const grant = decideLease(journal.state(), wish, new Date(daemon.now()).toISOString());
  if (grant.kind === 'same') return grant.lease;
  const { lease, takenFrom } = grant;
  await journal.append({ kind: 'lease', lease, from: takenFrom?.holder ?? null }, ...adoptions(daemon, lease.generation));
  daemon.log(
    `lease: ${lease.holder} (${lease.by}) generation ${lease.generation}${takenFrom ? `, taken from ${takenFrom.holder}` : ''}`,
  );
  if (takenFrom) {
    const { holder, by } = lease;
    await addHistory(daemon, {
      kind: 'take-over',
      since: lease.since,
      holder,
      by,
      state: 'taken over by force',
      release: null,
      counts: {},
      takenFrom: `${takenFrom.holder} (${takenFrom.by})`,
    });
  }
  return lease;
}

/**
 * A job that has begun to change something comes to its end under the new generation, since a
 * locker half way is worse than one step too many. One that only waits is fenced when it looks next.
 */
function adoptions(daemon: Daemon, generation: number): NewRecord[] {
  const { jobs } = daemon.journal.state();
  const begun = daemon.jobs.running().filter(({ token }) => (jobs.get(token)?.intents.length ?? 0) > 0);
  return begun.map(({ token }) => ({ kind: 'adopted', token, generation }));
}

export async function releaseLease(daemon: Daemon, wish: { holder: string; generation: number }): Promise<{ released: boolean }> {
  const { lease } = daemon.journal.state();
  if (lease?.holder !== wish.holder || lease.generation !== wish.generation) return { released: false };
  await daemon.journal.append({ kind: 'lease-released', generation: lease.generation });
  daemon.log(`lease: ${lease.holder} gave it back`);
  return { released: true };
}
