/** What the .gitattributes of a commit say of its files, as far as it changes what a check-out of them writes. */
import type { Scratch } from './scratch';
import type { TreeEntry } from './tree-source';

export interface Attributes {
  /** Path → the filter that attributes give it. */
  readonly filters: ReadonlyMap<string, string>;
  /** Paths whose content comes out as another one, the filter apart. */
  readonly converted: ReadonlySet<string>;
  /** Those of them that come out in another encoding, which the box must know. */
  readonly encoded: ReadonlySet<string>;
}

/** With ends of line as they are on Linux no other attribute changes what comes out. */
const ASKED = ['filter', 'eol', 'ident', 'working-tree-encoding'] as const;
const NOTHING: readonly string[] = ['unspecified', 'unset', ''];

/** `all`: attributes may stand anywhere above. Of what is in the index of `scratch`. */
export async function attributesOf(
  scratch: Scratch,
  all: readonly TreeEntry[],
  files: readonly TreeEntry[],
): Promise<Attributes> {
  const filters = new Map<string, string>();
  const [converted, encoded] = [new Set<string>(), new Set<string>()];
  if (!all.some(({ path }) => /(?:^|\/)\.gitattributes$/.test(path)) || files.length === 0)
    return { filters, converted, encoded };
  const input = files.map(({ path }) => `${path}\0`).join('');
  const said = (await scratch.ask(['check-attr', '--cached', '-z', '--stdin', ...ASKED], { input })).split('\0');
  for (let at = 0; at + 2 < said.length; at += 3) {
    const [path = '', name, value = ''] = said.slice(at, at + 3);
    if (NOTHING.includes(value)) continue;
    if (name !== 'filter') converted.add(path);
    // Without a value it names none.
    else if (value !== 'set') filters.set(path, value);
    if (name === 'working-tree-encoding') encoded.add(path);
  }
  return { filters, converted, encoded };
}
