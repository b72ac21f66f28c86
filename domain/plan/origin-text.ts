/** Where the lockers of a plan come from, in one line. */
import type { Plan, PlannedLocker, ReleaseRef } from '../model/plan';
import { byText } from './cut-batches';

/** `289 from A, 1 from B, 10 already there, 2 owed`: by origin, the largest group first. */
export function originText({ lockers, owed, release }: Plan): string {
  const names = distinctLabels(lockers, release);
  const groups = new Map<string, number>();
  const changing = lockers.filter(({ action }) => action !== 'none');
  for (const locker of changing) {
    const words = originOf(locker, release.id, names);
    groups.set(words, (groups.get(words) ?? 0) + 1);
  }
  const heldOut = lockers.filter((locker) => locker.heldOut !== undefined).length;
  const there = lockers.length - changing.length - heldOut;
  return [
    ...[...groups].toSorted(([a, n], [b, m]) => m - n || byText(a, b)).map(([words, count]) => `${count} ${words}`),
    ...(there > 0 ? [`${there} already there`] : []),
    ...(heldOut > 0 ? [`${heldOut} held out`] : []),
    ...(owed.length > 0 ? [`${owed.length} owed`] : []),
  ].join(', ');
}

function originOf({ from, configDigest, forced }: PlannedLocker, target: string, names: ReadonlyMap<string, string>): string {
  if (from === null) return 'never deployed';
  if (forced === 'same') return 'on it already, forced anew';
  if (from.id !== target) return `from ${names.get(from.id) ?? from.label}`;
  return from.configDigest === configDigest ? 'linked to it but not running it' : 'on it with another config';
}

/** Two releases may share a label (same code, other config): then the id stands beside it. */
function distinctLabels(lockers: readonly PlannedLocker[], target: ReleaseRef): Map<string, string> {
  const labels = new Map<string, string>([[target.id, target.label]]);
  for (const { from } of lockers) if (from) labels.set(from.id, from.label);
  const shared = (label: string) => [...labels.values()].filter((other) => other === label).length > 1;
  return new Map([...labels].map(([id, label]) => [id, shared(label) ? `${label} (${id})` : label]));
}
