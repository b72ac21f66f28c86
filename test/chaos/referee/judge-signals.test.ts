/** I4 on hand-made evidence. */
import { anEvidence, boot, intent, job, lease, signal, stopOf, tokenOf } from './an-evidence';
import type { BootEvent } from '../../support/sandbox';
import type { Evidence } from './evidence';
import { judgeSignals } from './judge-signals';

const announced = [lease(0), job(1, 'l01', 'update'), intent(1, tokenOf('l01', 'update'), stopOf('1'))];
const judge = (journal: Evidence['journal'], ...events: readonly BootEvent[]) =>
  judgeSignals(anEvidence(['l01'], { journal, bootLogs: new Map([['l01', events]]) })).map(
    ({ invariant, sentence }) => `${invariant} ${sentence}`,
  );
const UNANNOUNCED = 'I4 l01 was told to stop before the journal said so';

test('one signal that was announced is as it should be', () => {
  expect(judge(announced, boot(-9, { startTime: '1' }), signal(1.1, { startTime: '1' }))).toEqual([]);
});

test('a second one in the same life', () => {
  const found = judge(announced, signal(1.1, { startTime: '1' }), signal(1.2, { startTime: '1' }));
  expect(found).toEqual(['I4 one life of l01 was told to stop 2 times']);
});

test('one that nobody announced, or only later, or for another life', () => {
  expect(judge([], signal(0.5, { startTime: '1' }))).toEqual([UNANNOUNCED]);
  expect(judge(announced, signal(0.5, { startTime: '1' }))).toEqual([UNANNOUNCED]);
  expect(judge(announced, signal(2, { startTime: '2' }))).toEqual([UNANNOUNCED]);
});

test('what was before the referee is not judged', () => {
  expect(judge([], signal(-5, { startTime: '1' }), signal(-4, { startTime: '1' }))).toEqual([]);
});

test('two intents for one life', () => {
  const again = intent(3, tokenOf('l01', 'restore'), stopOf('1'));
  expect(judge([...announced, again])).toEqual(['I4 the journal has 2 halt signals for one life of l01']);
  expect(judge([...announced, intent(3, tokenOf('l01', 'restore'), stopOf('1', false))])).toEqual([]);
});
