/**
 * What a locker's checks come to for its release. A check that failed on it before the rollout is
 * baseline: neither its failure then nor its failure now is the release's. Under the replay
 * contract, as all that workflow code calls.
 */
import type { CheckedLocker, CheckResult } from '../model/check';

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly evidence: readonly string[] }
  | { readonly kind: 'inconclusive'; readonly evidence: readonly string[] };

/** `baseline`: names of checks that had failed before. One clear failure weighs more than any unclear answer. */
export function verdictOf({ checks }: Pick<CheckedLocker, 'checks'>, baseline: readonly string[] = []): Verdict {
  const counted = checks.filter(({ name }) => !baseline.includes(name));
  const of = (outcome: CheckResult['outcome']) => counted.filter((check) => check.outcome === outcome).map(lineOf);
  const [failed, unclear] = [of('fail'), of('inconclusive')];
  if (failed.length > 0) return { kind: 'fail', evidence: [...unclear, ...failed] };
  return unclear.length > 0 ? { kind: 'inconclusive', evidence: unclear } : { kind: 'pass' };
}

const WORDS = { pass: 'passes', fail: 'fails', inconclusive: 'gives no clear answer' } as const;

function lineOf({ name, outcome, detail, asked }: CheckResult): string {
  return `${name} ${WORDS[outcome]} (asked ${asked === 1 ? 'once' : `${asked} times`}): ${detail ?? 'nothing was said'}`;
}

/** By locker: which checks fail on it now. */
export function failingOf(lockers: readonly CheckedLocker[]): Readonly<Record<string, readonly string[]>> {
  const failing = lockers.map(({ locker, checks }) => {
    const names = checks.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name);
    return [locker, names] as const;
  });
  return Object.fromEntries(failing.filter(([, names]) => names.length > 0));
}
