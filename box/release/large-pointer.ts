/**
 * What git-lfs takes for a pointer: it is lenient (a missing or a foreign end of line, empty lines, elder versions of
 * the address), and what it takes and we did not would be deployed as the text of a pointer. Pure.
 */
export interface LargePointer {
  /** sha256 of its content. */
  readonly oid: string;
  readonly bytes: number;
  /** A program of its author's own that the content goes through; null: none. */
  readonly extension: string | null;
}

/** As git-lfs: nothing longer is read as a pointer. */
export const MAX_POINTER = 1024;

const VERSIONS: readonly string[] = [
  'https://git-lfs.github.com/spec/v1',
  'https://hawser.github.com/spec/v1',
  'http://git-media.io/v/2',
];

export function readPointer(text: string): LargePointer | null {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const extension = lines.find((line) => EXTENSION.test(line)) ?? null;
  const [version = '', oid = '', size = '', ...more] = lines.filter((line) => !EXTENSION.test(line));
  const id = /^oid sha256:([0-9a-f]{64})$/.exec(oid)?.[1];
  const bytes = /^size \+?(\d+)$/.exec(size)?.[1];
  const known = VERSIONS.some((one) => version === `version ${one}`);
  if (!known || id === undefined || bytes === undefined || more.length > 0) return null;
  return { oid: id, bytes: Number(bytes), extension: extension?.split(' ')[0]?.replace(/^ext-\d-/, '') ?? null };
}

const EXTENSION = /^ext-\d-\w+ /;
