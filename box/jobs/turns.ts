/** One job at a time on each locker, in the order of asking; jobs on the whole box share a turn of their own. */
import type { LockerName } from '../../domain/model/ids';

export type Turns = <T>(key: LockerName | null, work: () => Promise<T>) => Promise<T>;

export function makeTurns(): Turns {
  const last = new Map<LockerName | null, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    // Kept only to be waited for: its failure is the asker's.
    const settled = mine.catch(() => {});
    last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (last.get(key) === settled) last.delete(key);
    }
  };
}
