/** I8 on hand-made evidence. */
import { anEvidence, effect, intent, job, lease, ofLocker, stopOf, tokenOf } from './an-evidence';
import type { Evidence } from './evidence';
import { judgeLeftovers } from './judge-leftovers';
import { JUDGES } from './judges';

const update = tokenOf('l01', 'update');
const judge = (more: Partial<Evidence>, end: 'ended' | 'held' = 'ended') =>
  judgeLeftovers(anEvidence(['l01'], more), { end }).map(({ invariant, sentence }) => `${invariant} ${sentence}`);

test('a box on which nothing has happened is as it should be, to all judges', () => {
  const verdict = { limits: { maxDown: 1, maxUnproven: 1 }, end: 'ended', failed: [] } as const;
  expect(JUDGES.flatMap((one) => one(anEvidence(['l01']), verdict))).toEqual([]);
});

test('a job that has begun and not ended', () => {
  const journal = [lease(-1), job(1, 'l01', 'update'), intent(1, update, stopOf('1')), effect(1, update, 'stop')];
  expect(judge({ journal }, 'held')).toEqual([`I8 job ${update} has not ended`]);
  expect(judge({ journal: journal.slice(0, 2) }, 'held')).toEqual([]);
});
test('a lease, unless the rollout is held', () => {
  expect(judge({ journal: [lease(1)] })).toEqual(['I8 r1 still holds the box']);
  expect(judge({ journal: [lease(1)] }, 'held')).toEqual([]);
});
test('a quiesce that nobody undid', () => {
  const quiesced = { token: tokenOf('l01', 'drain'), since: '2026-11-21T08:00:01.000Z' };
  expect(judge({ journal: [ofLocker(1, { kind: 'quiesced', locker: 'l01', quiesced })] })).toEqual([
    'I8 l01 is still told to be quiet',
  ]);
});
test('a temporary folder, a frozen locker, two lockerds', () => {
  const containers = new Map([['l01', { state: 'frozen', startTime: '1', missing: [] } as const]]);
  expect(judge({ leftovers: ['/x/code/.tmp-c1'], containers, lockerds: [1, 2] })).toEqual([
    'I8 l01 is frozen',
    'I8 2 lockerd run',
    'I8 /x/code/.tmp-c1 was left behind',
  ]);
});
