/**
 * The one table of keys that design.md promises and this version does not keep. Writing one is
 * refused with its place, never ignored: a rule that is not kept would be worse than none.
 * When a key becomes real, its row goes.
 */
export interface LaterKey {
  /** The last parts of its path: `policy.waves` is a key `waves` in a `policy`. */
  readonly key: string;
  readonly what: string;
}

export const LATER_KEYS: readonly LaterKey[] = [
  { key: 'waves', what: 'waves of boxes' },
  { key: 'maxBoxes', what: 'rollouts of several boxes' },
  { key: 'groups', what: 'groups of boxes' },
];

/** The row that a path falls under. */
export function laterKeyAt(path: readonly PropertyKey[]): LaterKey | null {
  const written = `.${path.map(String).join('.')}`;
  return LATER_KEYS.find((row) => written.endsWith(`.${row.key}`)) ?? null;
}
