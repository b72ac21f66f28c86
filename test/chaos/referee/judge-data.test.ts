/** I7 on hand-made evidence. */
import { aDataPicture, abort, anEvidence, at, boot, exit, signal } from './an-evidence';
import type { BootEvent } from '../../support/sandbox';
import type { Evidence } from './evidence';
import { judgeData } from './judge-data';

const data = (more: Parameters<typeof aDataPicture>[0]) => new Map([['l01', aDataPicture(more)]]);
const life = (...end: readonly BootEvent[]) =>
  new Map([['l01', [boot(-9, { startTime: '1' }), ...end, boot(5, { startTime: '2' })]]]);
const judge = (more: Partial<Evidence>) =>
  judgeData(anEvidence(['l01'], more)).map(({ invariant, sentence }) => `${invariant} ${sentence}`);
const LOST = 'I7 l01 lost accepted work, and was not killed';

test('a chain that breaks', () => {
  const report = { ...aDataPicture().report, broken: 'line 3 does not follow' };
  expect(judge({ data: data({ report }) })).toEqual(['I7 the data of l01 is not whole']);
});

test('a beginning that is not what it was', () => {
  expect(judge({ data: data({ continues: false }) })).toEqual(['I7 data of l01 was lost or changed']);
});

test('work that was lost by one that left by itself, or was asked twice', () => {
  const lost = data({ lostAt: [at(5.1)] });
  expect(judge({ data: lost, bootLogs: life(exit(4, { startTime: '1' })) })).toEqual([LOST]);
  expect(judge({ data: lost, bootLogs: life(abort(4, { startTime: '1' })) })).toEqual([LOST]);
});

test('one that was killed may lose its work in flight', () => {
  const lost = data({ lostAt: [at(5.1)] });
  expect(judge({ data: lost, bootLogs: life(signal(4, { startTime: '1' })) })).toEqual([]);
  expect(judge({ data: lost, bootLogs: life() })).toEqual([]);
});
