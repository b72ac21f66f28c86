/** I3: `current` always names a complete release, and what a running locker has mounted is still there. */
import type { Evidence } from './evidence';
import { violationOf } from './violation';
import type { Violation } from './violation';

const violation = violationOf('I3');

export function judgeReleases({ releases, containers, since }: Evidence): Violation[] {
  const broken = releases.filter(({ at, missing }) => at >= since && missing.length > 0);
  const lost = [...containers].filter(([, { missing }]) => missing.length > 0);
  return [
    ...broken.map(({ locker, target, missing, at }) =>
      violation(
        `current of ${locker} names ${target ?? 'nothing'}, which is not whole`,
        new Date(at).toISOString(),
        ...missing.slice(0, 5),
      ),
    ),
    ...lost.map(([locker, { missing }]) => violation(`${locker} runs on a release that was taken away`, ...missing)),
  ];
}
