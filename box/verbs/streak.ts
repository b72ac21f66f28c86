/** Good probes in a row. Pure. */
export interface Streak {
  readonly good: number;
  /** Epoch milliseconds of the first good probe of the row; null: the last one was bad. */
  readonly since: number | null;
  readonly everGood: number;
  /** Times that a row was broken. */
  readonly breaks: number;
}

export const FRESH: Streak = { good: 0, since: null, everGood: 0, breaks: 0 };

export function addProbe(streak: Streak, good: boolean, now: number): Streak {
  const { everGood, breaks } = streak;
  if (!good) return { good: 0, since: null, everGood, breaks: breaks + (streak.good > 0 ? 1 : 0) };
  return { good: streak.good + 1, since: streak.since ?? now, everGood: everGood + 1, breaks };
}

/** Why it is not steady at the deadline. */
export function lateReason(streak: Streak): 'no-answer' | 'flapping' {
  return streak.everGood === 0 ? 'no-answer' : 'flapping';
}
