/**
 * Did a locker serve when its rollout planned, and when it was told to stop? By the prober alone.
 * One that did not takes no slot; in doubt it is left out, since a fault may have been at it.
 */
import type { Evidence, Probe } from './evidence';

interface Asked {
  readonly locker: string;
  readonly holder: string;
  readonly at: number;
}

/** Before it plans, a rollout takes the lease: what happened just before that may have shown in the plan. */
const AROUND_PLAN_MS = 2_000;
/** A flapping locker is bad for a second. */
const JUST_BEFORE_MS = 3_000;

export function servedBefore({ probes, journal }: Evidence, { locker, holder, at }: Asked): boolean {
  const mine = probes.filter((probe) => probe.locker === locker);
  const lease = journal.findLast((record) => record.kind === 'lease' && record.lease.holder === holder);
  const leaseAt = lease ? Date.parse(lease.at) : at;
  const staged = journal.find((record) => record.kind === 'job' && record.verb === 'stage' && record.holder === holder);
  const plan = { from: leaseAt - AROUND_PLAN_MS, to: staged ? Date.parse(staged.at) : leaseAt };
  return allGood(mine, plan) && allGood(mine, { from: at - JUST_BEFORE_MS, to: at });
}

/** Of those that were answered in that time. */
const allGood = (probes: readonly Probe[], { from, to }: { from: number; to: number }): boolean =>
  probes.filter(({ till }) => till >= from && till < to).every(({ ok }) => ok);
