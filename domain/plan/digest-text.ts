/**
 * What an approval is bound to, as text to be hashed: the release, where each locker comes from
 * and goes to, batches and gates as numbers, the policy and its absolutes. Not in it: health,
 * debts, expected time, changelog, when it was made, and *which* locker stands in which batch,
 * since the canary is chosen by health. A sick locker outdates nobody's approval.
 */
import type { Plan } from '../model/plan';
import type { Release } from '../model/release';

export type Digestible = Pick<
  Plan,
  'format' | 'box' | 'service' | 'release' | 'policy' | 'limits' | 'lockers' | 'batches' | 'checks' | 'migrations'
>;

export function digestText(plan: Digestible): string {
  return canonical({
    format: plan.format,
    box: plan.box,
    service: plan.service,
    release: releaseIdentity(plan.release),
    policy: plan.policy,
    limits: plan.limits,
    lockers: plan.lockers.map(({ name, from, configDigest, heldOut, forced }) => ({
      name,
      from: from && { id: from.id, configDigest: from.configDigest },
      // A locker that is left out goes nowhere.
      to: heldOut === undefined ? { id: plan.release.id, configDigest } : null,
      ...(forced && { forced }),
    })),
    ...(plan.migrations && { migrations: plan.migrations }),
    batches: plan.batches.map(({ number, lockers, gate, soakMs }) => ({ number, size: lockers.length, gate, soakMs })),
    ...(plan.checks && { checks: { fast: plan.checks.fast, full: plan.checks.full, of: plan.checks.sample?.length ?? 'all' } }),
  });
}

/** The label is for people: asking for the same commit by another name is the same release. */
export function releaseIdentity({ id, service, code, config }: Release): Omit<Release, 'label'> {
  return { id, service, code, config };
}

/** JSON with sorted keys: the same text whatever order an object was built in. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}
