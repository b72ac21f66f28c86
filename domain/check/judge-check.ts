/**
 * What the answers to one check come to. One clear good answer passes it; one bad answer is asked
 * about again, since a rollout acts on it. Invariants: nothing fails that has passed once; nothing
 * fails on a single answer; whatever was not answered clearly is `inconclusive`.
 */
import type { CheckResult } from '../model/check';

export type CheckAnswer =
  | { readonly kind: 'pass' }
  /** It answered, and not what is expected. */
  | { readonly kind: 'fail'; readonly detail: string }
  /** The check itself gave no answer. */
  | { readonly kind: 'none'; readonly detail: string };

/** How often a check is asked that does not pass at once. */
export const MOST_ASKED = 3;

/** null: ask once more. */
export function judgeCheck(answers: readonly CheckAnswer[]): Pick<CheckResult, 'outcome' | 'detail'> | null {
  const [first] = answers;
  if (first?.kind === 'pass') return { outcome: 'pass', detail: null };
  const passed = answers.some(({ kind }) => kind === 'pass');
  const failed = answers.findLast(({ kind }) => kind === 'fail');
  if (passed && failed) return unclear(`it contradicts itself: it passed, and it failed: ${detailOf(failed)}`);
  if (answers.length < MOST_ASKED) return null;
  // No bad answer at all: what got none at first passes in the end.
  if (passed) return { outcome: 'pass', detail: null };
  const fails = answers.filter(({ kind }) => kind === 'fail').length;
  if (fails >= 2) return { outcome: 'fail', detail: detailOf(failed) };
  return unclear(detailOf(answers.at(-1)));
}

const unclear = (detail: string): Pick<CheckResult, 'outcome' | 'detail'> => ({ outcome: 'inconclusive', detail });
const detailOf = (answer: CheckAnswer | undefined): string =>
  answer === undefined || answer.kind === 'pass' ? 'it was not asked' : answer.detail;
