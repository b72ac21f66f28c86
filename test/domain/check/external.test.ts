import * as fc from 'fast-check';
import { externalUrlOf } from '../../../domain/check/external-url';
import { judgeExternal } from '../../../domain/check/judge-external';
import type { OutsideAnswer } from '../../../domain/check/judge-external';

test.each([
  ['https://{{locker}}.example.org/health', 'https://l01.example.org/health', []],
  ['http://{{ box }}:{{port}}/{{locker}}', 'http://lxc12:8042/l01', []],
  ['https://{{owner}}.{{domain}}/', 'https://{{owner}}.{{domain}}/', ['owner', 'domain']],
  ['https://{{toString}}/', 'https://{{toString}}/', ['toString']],
])('%s becomes %s', (template, url, missing) => {
  expect(externalUrlOf(template, { locker: 'l01', box: 'lxc12', port: 8042 })).toEqual({ url, missing });
});

const OF: Readonly<Record<string, OutsideAnswer>> = {
  g: { kind: 'good' },
  b: { kind: 'bad', detail: 'GET …: 502' },
  n: { kind: 'none', detail: 'GET …: ECONNREFUSED' },
};
const answers = (letters: string) => letters.split('').map((letter) => OF[letter] as OutsideAnswer);

/** g: good, b: bad, n: no answer. Over: after the last one. */
test.each([
  ['g', 1, null, 'seen'],
  ['gg', 3, null, 'inconclusive'],
  ['bngg', 2, null, 'seen'],
  ['gggb', 3, null, 'not-seen'],
  ['bbb', 1, false, 'not-seen'],
  ['nnn', 1, null, 'inconclusive'],
  ['nnn', 1, false, 'inconclusive'],
  ['nnn', 1, true, 'not-seen'],
  ['nbn', 1, false, 'not-seen'],
  ['gng', 2, null, 'inconclusive'],
] as const)('answers %s of which %d good in a row are wanted, the control %s: %s', (letters, goodProbes, control, kind) => {
  expect(judgeExternal({ answers: answers(letters), goodProbes, isOver: true, control }).kind).toBe(kind);
});

test('its evidence has the figures and the last telling answer', () => {
  expect(judgeExternal({ answers: answers('gnb'), goodProbes: 2, isOver: true, control: null }).evidence).toEqual([
    'from outside: 3 probes, 1 good, 1 bad, 1 without an answer',
    'GET …: 502',
  ]);
});

test('silence alone never fails a locker without a control that answers, and time is waited out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('g', 'n')),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      (letters, goodProbes, isOver) => {
        const { kind } = judgeExternal({ answers: answers(letters.join('')), goodProbes, isOver, control: null });
        expect(['seen', isOver ? 'inconclusive' : 'again']).toContain(kind);
      },
    ),
  );
});
