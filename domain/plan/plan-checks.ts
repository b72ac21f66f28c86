/** The checks of a service as a plan names them: which, of whom, and how long they may keep the rollout waiting. */
import { MOST_ASKED } from '../check/judge-check';
import type { Check, Checks } from '../model/check';
import type { LockerName } from '../model/ids';
import { shareOf } from '../model/limits-for';
import type { Plan, PlannedLocker } from '../model/plan';

/** Between two askings, and what an asking itself costs. */
const PAUSE_MS = 2_000;

export function planChecks(checks: Checks | undefined, lockers: readonly PlannedLocker[]): Pick<Plan, 'checks'> {
  if (!checks || checks.fast.length + checks.full.length === 0) return {};
  const { fast, full, sample } = checks;
  const fastMs = longest(fast);
  const changing = lockers.filter(({ action }) => action === 'update').map(({ name }) => name);
  return {
    checks: {
      fast: fast.map(({ name }) => name),
      full: full.map(({ name }) => name),
      ...(sample !== undefined && { sample: spread(changing, shareOf(sample, changing.length)) }),
      longestMs: { fast: fastMs, full: fastMs + longest(full) },
    },
  };
}

export const longest = (checks: readonly Check[]): number =>
  checks.reduce((sum, { timeoutMs }) => sum + MOST_ASKED * (timeoutMs + PAUSE_MS), 0);

/** Evenly over all of them, so that no part of the box is left out; the same ones each time. */
export function spread(names: readonly LockerName[], count: number): LockerName[] {
  return names.filter(
    (_, index) => Math.floor(((index + 1) * count) / names.length) > Math.floor((index * count) / names.length),
  );
}
