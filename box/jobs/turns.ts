/** One thing at a time of each key, in the order of asking: of a locker, a mirror, a file. */
export type Turns<K> = <T>(key: K, work: () => Promise<T>) => Promise<T>;

export function makeTurns<K>(): Turns<K> {
  const last = new Map<K, Promise<unknown>>();
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
