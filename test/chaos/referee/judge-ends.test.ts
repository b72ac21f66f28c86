/** I5 on hand-made evidence: what is reported against what the lockers answer and have booted. */
import { NEW, OLD, anEvidence, boot, intent, job, lease, ofLocker, startOf, tokenOf } from './an-evidence';
import type { Evidence } from './evidence';
import { judgeEnds } from './judge-ends';

const COUNTS = { planned: 2, updated: 1, unchanged: 0, restored: 1, failed: 0, skipped: 0, unreachable: 0 };
const sentences = (more: Partial<Evidence>) => judgeEnds(anEvidence(['l01', 'l02'], more)).map(({ sentence }) => sentence);
const reported = (counts: Record<string, number>): Evidence['reported'] => ({
  counts,
  ends: new Map([['l02', 'restored']]),
  build: NEW,
});
const answering = (l01: string | null, l02: string) =>
  new Map([
    ['l01', l01],
    ['l02', l02],
  ]);
const answers = answering(NEW, OLD);

test('counts that sum up and lockers that answer so are as they should be', () => {
  expect(sentences({ reported: reported(COUNTS), answers })).toEqual([]);
});

test('counts that do not sum up', () => {
  expect(sentences({ reported: reported({ ...COUNTS, updated: 2 }), answers })).toEqual(['the counts sum to 3, planned were 2']);
});

test('more exceptions than are counted', () => {
  const wrong = { ...COUNTS, restored: 0, updated: 2 };
  expect(sentences({ reported: reported(wrong), answers })).toEqual(['more lockers are listed as restored than are counted']);
});

test('one that is reported as updated and answers its old build', () => {
  expect(sentences({ reported: reported(COUNTS), answers: answering(OLD, OLD) })).toEqual([
    `l01 is reported as updated and answers ${OLD}`,
  ]);
});

test('one that answers nothing, unless it was stopped on purpose', () => {
  const silent = { reported: reported(COUNTS), answers: answering(null, OLD) };
  expect(sentences(silent)).toEqual(['l01 is reported as updated and answers nothing']);
  expect(sentences({ ...silent, journal: [ofLocker(1, { kind: 'wanted', locker: 'l01', wanted: 'down' })] })).toEqual([]);
});

test('where one rollout took over from another, a restored one may be on the release already', () => {
  const journal = [lease(1), lease(2, 'r2', 2)];
  expect(sentences({ reported: reported(COUNTS), answers: answering(NEW, NEW), journal })).toEqual([]);
});

test('one that is reported as restored and answers the new build', () => {
  expect(sentences({ reported: reported(COUNTS), answers: answering(NEW, NEW) })).toEqual([
    `l02 is reported as restored and answers ${NEW}`,
  ]);
});

const booted = (build: string) => new Map([['l01', [boot(-9, { startTime: '1' }), boot(1.2, { startTime: '2', build })]]]);

describe('a start', () => {
  const journal = [lease(0), job(1, 'l01', 'update'), intent(1, tokenOf('l01', 'update'), startOf(2))];

  test('on the version that was announced', () => {
    expect(sentences({ journal, bootLogs: booted(NEW) })).toEqual([]);
  });
  test('on another one', () => {
    expect(sentences({ journal, bootLogs: booted(OLD) })).toEqual([
      `l01 was started on version 2, build ${NEW}, and booted ${OLD}`,
    ]);
  });
  test('that never booted says nothing', () => {
    expect(sentences({ journal, bootLogs: new Map([['l01', [boot(-9, { startTime: '1' })]]]) })).toEqual([]);
  });
});
