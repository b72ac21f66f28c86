/** What a roll-back would do, before it is asked for. */
import type { Plan, PlannedLocker } from '../../domain/model/plan';

export function undoLines({ box, release, limits }: Plan, lockers: readonly PlannedLocker[]): string[] {
  const counts = new Map<string, number>();
  for (const { from } of lockers) if (from) counts.set(from.label, (counts.get(from.label) ?? 0) + 1);
  const { rollbackMaxDown = limits.maxDown } = limits;
  return [
    `Roll back ${box}: ${lockers.length} ${lockers.length === 1 ? 'locker' : 'lockers'} from ${release.label}`,
    ...[...counts].map(([label, count]) => `    ${count} to ${label}`),
    `    at most ${rollbackMaxDown} down at once, ${limits.maxStarting} starting; no gates, no soak`,
  ];
}
