/** I9 on hand-made evidence. */
import { anEvidence, ofLocker, tokenOf } from './an-evidence';
import type { Evidence } from './evidence';
import { judgeOwed } from './judge-owed';

const update = tokenOf('l01', 'update');
const stopped = new Map([['l01', { state: 'stopped', startTime: null, missing: [] } as const]]);
const judge = (more: Partial<Evidence>, failed: readonly string[] = []) =>
  judgeOwed(anEvidence(['l01'], more), { failed }).map(({ invariant, sentence }) => `${invariant} ${sentence}`);

test('one that is owed, unless it is listed as failed', () => {
  const owed = { token: update, from: 1, to: 2, since: '2026-11-21T08:00:01.000Z' };
  const journal = [ofLocker(1, { kind: 'owed', locker: 'l01', owed })];
  expect(judge({ journal })).toEqual(['I9 l01 is still owed']);
  expect(judge({ journal }, ['l01'])).toEqual([]);
  expect(judge({ journal: [...journal, ofLocker(2, { kind: 'paid', locker: 'l01' })] })).toEqual([]);
});
test('one that is down and wanted up', () => {
  expect(judge({ containers: stopped })).toEqual(['I9 l01 is wanted up and stopped']);
  expect(judge({ containers: stopped, journal: [ofLocker(1, { kind: 'wanted', locker: 'l01', wanted: 'down' })] })).toEqual([]);
  expect(judge({ containers: stopped, buildsBefore: new Map([['l01', null]]) })).toEqual([]);
});
test('one that runs and does not answer', () => {
  expect(judge({ answers: new Map([['l01', null]]) })).toEqual(['I9 l01 runs and does not serve']);
});
