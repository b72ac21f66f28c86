import { failingOf, verdictOf } from '../../../domain/check/verdict';
import type { CheckResult } from '../../../domain/model/check';
import { LockerName } from '../../../domain/model/ids';

const result = (name: string, outcome: CheckResult['outcome']): CheckResult => ({
  name,
  outcome,
  detail: outcome === 'pass' ? null : 'status 503',
  asked: 3,
  tookMs: 4,
});

test.each([
  ['all pass', [result('a', 'pass'), result('b', 'pass')], [], 'pass'],
  ['there are none', [], [], 'pass'],
  ['one fails', [result('a', 'pass'), result('b', 'fail')], [], 'fail'],
  ['one is not clear', [result('a', 'pass'), result('b', 'inconclusive')], [], 'inconclusive'],
  ['one fails and another is not clear', [result('a', 'inconclusive'), result('b', 'fail')], [], 'fail'],
  ['the one that fails did so before', [result('a', 'fail'), result('b', 'pass')], ['a'], 'pass'],
  ['another one failed before', [result('a', 'fail')], ['b'], 'fail'],
] as const)('%s', (_, checks, before, kind) => {
  expect(verdictOf({ checks: [...checks] }, before).kind).toBe(kind);
});

test('its evidence says which check, how often it was asked, and what was answered', () => {
  expect(verdictOf({ checks: [result('self-check', 'fail')] })).toEqual({
    kind: 'fail',
    evidence: ['self-check fails (asked 3 times): status 503'],
  });
});

test('what failed before is told by locker; those with nothing to tell are left out', () => {
  const [one, other] = [LockerName.parse('l01'), LockerName.parse('l02')];
  const lockers = [
    { locker: one, checks: [result('a', 'fail'), result('b', 'inconclusive')] },
    { locker: other, checks: [result('a', 'pass')] },
  ];
  expect(failingOf(lockers)).toEqual({ l01: ['a'] });
});
