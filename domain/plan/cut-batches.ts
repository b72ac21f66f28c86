/**
 * Who goes in which batch. The canary is chosen to be evidence: lockers that serve now and come
 * from where most come from, so that it says something about the others. Sizes and gates depend
 * on how many lockers change and on the policy alone; who stands where may follow health.
 */
import type { LockerName } from '../model/ids';
import { shareOf } from '../model/limits-for';
import type { PlannedBatch, PlannedLocker } from '../model/plan';
import type { BatchSize, Gates, Policy } from '../model/policy';

/** Expected milliseconds of drain and update per locker, from earlier rollouts. */
export type Durations = Readonly<Record<string, number>>;

export function cutBatches(
  changing: readonly PlannedLocker[],
  healthy: ReadonlySet<LockerName>,
  policy: Policy,
  durations: Durations = {},
): PlannedBatch[] {
  const sizes = batchSizes(policy.batches, changing.length);
  const [canary = 0] = sizes;
  const order = canariesFirst(changing, healthy, canary);
  const batches: PlannedBatch[] = [];
  let begin = 0;
  for (const [index, size] of sizes.entries()) {
    batches.push({
      number: index + 1,
      lockers: longestFirst(order.slice(begin, begin + size), durations),
      gate: hasGate(policy.gates, index + 1),
      soakMs: index === 0 ? policy.soak.canaryMs : policy.soak.batchMs,
    });
    begin += size;
  }
  return batches;
}

/** The last size repeats until nobody is left; percentages are of the lockers that change. */
export function batchSizes(sizes: readonly BatchSize[], count: number): number[] {
  const cut: number[] = [];
  let left = count;
  while (left > 0) {
    const size = sizes[Math.min(cut.length, sizes.length - 1)] ?? 'rest';
    const taken = size === 'rest' ? left : Math.min(left, shareOf(size, count));
    cut.push(taken);
    left -= taken;
  }
  return cut;
}

/** Gate n stands after batch n, and so before batch n + 1; batch 1 never waits. */
export function hasGate(gates: Gates, batch: number): boolean {
  if (batch === 1 || gates === 'none') return false;
  if (gates === 'every') return true;
  return gates === 'canary' ? batch === 2 : gates.includes(batch - 1);
}

/** The best canaries, then everybody else by name. */
function canariesFirst(changing: readonly PlannedLocker[], healthy: ReadonlySet<LockerName>, canary: number): LockerName[] {
  const usual = usualOrigin(changing);
  const rank = (locker: PlannedLocker): number => {
    if (locker.action !== 'update') return 3;
    if (!healthy.has(locker.name)) return 2;
    return origin(locker) === usual ? 0 : 1;
  };
  const best = changing.toSorted((a, b) => rank(a) - rank(b) || byText(a.name, b.name)).slice(0, canary);
  const chosen = new Set(best.map(({ name }) => name));
  const others = changing.map(({ name }) => name).filter((name) => !chosen.has(name));
  return [...chosen, ...others.toSorted(byText)];
}

const origin = ({ from }: PlannedLocker): string => from?.id ?? '';

function usualOrigin(lockers: readonly PlannedLocker[]): string {
  const counts = new Map<string, number>();
  for (const locker of lockers) counts.set(origin(locker), (counts.get(origin(locker)) ?? 0) + 1);
  const ranked = [...counts].toSorted(([a, n], [b, m]) => m - n || byText(a, b));
  return ranked[0]?.[0] ?? '';
}

/** A slow one that begins last keeps everybody waiting; one never timed may be slow, so it goes first. */
function longestFirst(names: readonly LockerName[], durations: Durations): LockerName[] {
  const known = Object.keys(durations).length > 0;
  const expected = (name: string): number => (Object.hasOwn(durations, name) ? (durations[name] ?? 0) : Number.MAX_VALUE);
  return names.toSorted((a, b) => (known ? expected(b) - expected(a) : 0) || byText(a, b));
}

/** By code unit: the same order on every machine, whatever its locale. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
