/** Refs as git lists them, and what differs between two lists. Pure. */

/** Refs by their full names, and the objects that they name. */
export type Refs = ReadonlyMap<string, string>;

export interface Difference {
  readonly ref: string;
  /** What the origin's ref names; null: it has no such ref. */
  readonly there: string | null;
  /** What the mirror's names. */
  readonly here: string | null;
}

/** Lines of id, tab and full name. */
export const refsIn = (listed: string): Refs =>
  new Map(
    listed.split('\n').flatMap((line) => {
      const [id, ref] = line.split('\t');
      return id && ref ? [[ref, id] as const] : [];
    }),
  );

export function differences(there: Refs, here: Refs): Difference[] {
  const names = new Set([...there.keys(), ...here.keys()]);
  return [...names].flatMap((ref) => {
    const difference = { ref, there: there.get(ref) ?? null, here: here.get(ref) ?? null };
    return difference.there === difference.here ? [] : [difference];
  });
}

/** What was so at both looks, with what the second one saw. */
export function leftOf(before: readonly Difference[], after: readonly Difference[]): Difference[] {
  const then = new Set(before.map(({ ref }) => ref));
  return after.filter(({ ref }) => then.has(ref));
}
