import * as fc from 'fast-check';
import { judgeCheck, MOST_ASKED } from '../../../domain/check/judge-check';
import type { CheckAnswer } from '../../../domain/check/judge-check';

const OF: Readonly<Record<string, CheckAnswer>> = {
  p: { kind: 'pass' },
  f: { kind: 'fail', detail: 'status 503' },
  n: { kind: 'none', detail: 'no answer' },
};
const answers = (letters: string): CheckAnswer[] => letters.split('').map((letter) => OF[letter] as CheckAnswer);

/** p: passed, f: failed, n: no answer; in the order of the askings. */
test.each([
  ['', 'again'],
  ['p', 'pass'],
  ['f', 'again'],
  ['n', 'again'],
  ['ff', 'again'],
  ['fp', 'inconclusive'],
  ['np', 'again'],
  ['nf', 'again'],
  ['fff', 'fail'],
  ['nff', 'fail'],
  ['fnf', 'fail'],
  ['nnf', 'inconclusive'],
  ['nnn', 'inconclusive'],
  ['npp', 'pass'],
  ['nnp', 'pass'],
  ['npf', 'inconclusive'],
  ['ffp', 'inconclusive'],
])('answers %s: %s', (letters, outcome) => {
  expect(judgeCheck(answers(letters))?.outcome ?? 'again').toBe(outcome);
});

test('whatever is answered: it is decided in time, nothing fails that passed, and nothing fails on one answer', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('p', 'f', 'n'), { minLength: MOST_ASKED, maxLength: MOST_ASKED }), (letters) => {
      const decided = letters.findIndex((_, at) => judgeCheck(answers(letters.slice(0, at + 1).join(''))) !== null);
      expect(decided).toBeGreaterThanOrEqual(0);
      const asked = letters.slice(0, decided + 1);
      const judged = judgeCheck(answers(asked.join('')));
      if (judged?.outcome === 'fail')
        expect([asked.includes('p'), asked.filter((one) => one === 'f').length >= 2]).toEqual([false, true]);
      if (judged?.outcome === 'pass') expect(asked).not.toContain('f');
      expect(judged?.detail === null).toBe(judged?.outcome === 'pass');
    }),
  );
});
