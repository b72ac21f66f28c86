/**
 * What the probes from outside come to. Invariants: an answer that is not good is the locker's; silence
 * is the locker's only where something else answers the worker at the same moment.
 */
export type OutsideAnswer =
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly detail: string }
  /** Nothing came back: the locker, the way to it, or the worker's own way out. */
  | { readonly kind: 'none'; readonly detail: string };

export type OutsideVerdict = {
  readonly kind: 'seen' | 'again' | 'not-seen' | 'inconclusive';
  readonly evidence: readonly string[];
};

interface Seeing {
  readonly answers: readonly OutsideAnswer[];
  readonly goodProbes: number;
  readonly isOver: boolean;
  /** Whether the control answered; null: there is none. */
  readonly control: boolean | null;
}

export function judgeExternal({ answers, goodProbes, isOver, control }: Seeing): OutsideVerdict {
  const row = answers.length - 1 - answers.findLastIndex(({ kind }) => kind !== 'good');
  if (row >= goodProbes) return { kind: 'seen', evidence: [] };
  if (!isOver) return { kind: 'again', evidence: [] };
  const bad = answers.flatMap((answer) => (answer.kind === 'bad' ? [answer.detail] : []));
  const silent = answers.flatMap((answer) => (answer.kind === 'none' ? [answer.detail] : []));
  const good = answers.length - bad.length - silent.length;
  const figures = `from outside: ${answers.length} probes, ${good} good, ${bad.length} bad, ${silent.length} without an answer`;
  const told = [figures, ...(bad.length > 0 ? bad.slice(-1) : silent.slice(-1))];
  if (bad.length > 0) return { kind: 'not-seen', evidence: told };
  if (control === true) return { kind: 'not-seen', evidence: [...told, 'the control answers, so the way out is open'] };
  const why = control === false ? 'the control does not answer either' : 'no control says whether the worker reaches anything';
  return { kind: 'inconclusive', evidence: [...told, why] };
}
