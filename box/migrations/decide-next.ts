/**
 * What an attempt came to, from what its runner left and what the migration's own check says. Pure.
 * Invariants: `done` and `not-done` are said only where somebody knows; a run is allowed only after
 * `not-done`, or where none was ever begun.
 */
import type { RunnerEnd } from './await-runner';
import type { Result } from './attempt-folder';

/** Exit 0: it is done; 1: it is not; else, or not in time: it can't say. */
export type Checked =
  | { readonly kind: 'done' }
  | { readonly kind: 'not-done'; readonly evidence: readonly string[] }
  | { readonly kind: 'undecided'; readonly evidence: readonly string[] };

export interface Verdict {
  readonly state: 'done' | 'not-done' | 'undecided';
  readonly evidence: readonly string[];
}

/** Whether the check is to be asked: where nobody began there is nothing to ask about. */
export const needsCheck = (end: RunnerEnd): boolean => end.kind !== 'never';

/** `goal`: what the attempt was for; an undo has reached its goal when the migration is not done. */
export function verdictOf(end: RunnerEnd, checked: Checked | null, goal: 'done' | 'not-done'): Verdict {
  if (end.kind === 'never') return { state: goal === 'done' ? 'not-done' : 'done', evidence: ['it was never begun'] };
  const evidence = [...evidenceOfEnd(end), ...(checked && checked.kind !== 'done' ? checked.evidence : [])].slice(
    0,
    MAX_EVIDENCE,
  );
  if (checked === null || checked.kind === 'undecided') return { state: 'undecided', evidence };
  const succeeded = end.kind === 'result' && end.result.code === 0;
  // It says that it did it, and its check says that it did not: nobody knows.
  if (succeeded && checked.kind !== goal) return { state: 'undecided', evidence };
  return { state: checked.kind, evidence };
}
const MAX_EVIDENCE = 40;

export function evidenceOfEnd(end: RunnerEnd): string[] {
  if (end.kind === 'never') return [];
  if (end.kind === 'gone') return [`it was begun at ${end.startedAt}, and its runner is gone without a result`];
  return [`the command ${howEnded(end.result)}`, ...end.result.lastLines];
}

function howEnded({ code, signal, timedOut, startError, tookMs }: Result): string {
  const after = `after ${Math.round(tookMs / 100) / 10} s`;
  if (startError !== null) return `could not be started: ${startError}`;
  if (timedOut) return `was killed by its deadline ${after}`;
  return code === null ? `was ended by ${signal ?? 'a signal'} ${after}` : `ended with exit ${code} ${after}`;
}
