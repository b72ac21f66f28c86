/** Counts in words, shared by the message and by the answer to `status`. */
import type { Counts } from '../../domain/model/outcome';
import type { LockerStatus } from '../../domain/model/status';

const ENDS = ['updated', 'unchanged', 'restored', 'failed', 'skipped', 'unreachable'] as const;

export const stateWords = (state: string): string => state.replaceAll('-', ' ');

export function endWords(counts: Omit<Counts, 'planned'>): string[] {
  return ENDS.filter((end) => counts[end] > 0).map((end) => `${counts[end]} ${end}`);
}

/** `3 updated, 2 in flight, 7 waiting`: of these lockers. */
export function lockerWords(lockers: readonly LockerStatus[]): string {
  const count = (fits: (locker: LockerStatus) => boolean) => lockers.filter(fits).length;
  const flying = count(({ stage }) => stage !== 'waiting' && stage !== 'ended');
  const waiting = count(({ stage }) => stage === 'waiting');
  const ends = ENDS.map((end) => ({ end, many: count((locker) => locker.end === end) }));
  return [
    ...ends.filter(({ many }) => many > 0).map(({ end, many }) => `${many} ${end}`),
    ...(flying > 0 ? [`${flying} in flight`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ].join(', ');
}
