/**
 * Which names a person may give for a branch or a tag: git's own rules (check-ref-format), less the characters
 * that a shell reads as its own. What else git lets people write there (`~1`, `^{}`, `@{…}`) is no name but a look-up.
 */

/** Letters of any script with their marks; a name that looks like another one is still another one. */
const LETTERS = /^[\p{L}\p{M}\p{N}._/+#@=,%!-]*$/u;
const MAX_LENGTH = 200;
const CURE = 'give the full commit id instead';

interface Rule {
  readonly broken: (ref: string) => boolean;
  readonly sentence: string;
}

const RULES: readonly Rule[] = [
  { broken: (ref) => ref === '' || ref.startsWith('-'), sentence: 'use a branch, a tag or a full commit id' },
  { broken: (ref) => ref.length > MAX_LENGTH, sentence: `a ref has at most ${MAX_LENGTH} characters here; ${CURE}` },
  {
    broken: (ref) => /[~^:]|@\{/.test(ref) || ref === '@',
    sentence: 'that is a look-up of git, not the name of a branch or a tag; give the name, or the full commit id',
  },
  {
    broken: (ref) => !LETTERS.test(ref),
    sentence: `use a branch, a tag or a full commit id; a name has letters, digits and . _ - / + # @ = , % ! here. For another one ${CURE}`,
  },
  { broken: (ref) => ref.includes('..'), sentence: 'a ref has no ".."' },
  {
    broken: (ref) => /^\/|\/\/|\/$|(?:^|\/)\.|\.lock(?:\/|$)|\.$/.test(ref),
    sentence:
      'git has no ref of such a name: no part of it is empty, begins with "." or ends with ".lock", and it does not end with "."',
  },
];

/** null: it may be a ref. */
export const refProblem = (ref: string): string | null => RULES.find(({ broken }) => broken(ref))?.sentence ?? null;
