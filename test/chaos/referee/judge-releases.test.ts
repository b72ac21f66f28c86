/** I3 on hand-made evidence. */
import { anEvidence, at } from './an-evidence';
import type { Evidence } from './evidence';
import { judgeReleases } from './judge-releases';

const judge = (more: Partial<Evidence>) =>
  judgeReleases(anEvidence(['l01'], more)).map(({ invariant, sentence }) => `${invariant} ${sentence}`);

test('a current that names half a release', () => {
  const sight = { at: at(1), locker: 'l01', target: 'versions/2', missing: ['no REVISION'] };
  expect(judge({ releases: [sight] })).toEqual(['I3 current of l01 names versions/2, which is not whole']);
  expect(judge({ releases: [{ ...sight, missing: [] }] })).toEqual([]);
});

test('a locker whose code was taken away under it', () => {
  const containers = new Map([['l01', { state: 'running', startTime: '1', missing: ['/code has no BUILD'] } as const]]);
  expect(judge({ containers })).toEqual(['I3 l01 runs on a release that was taken away']);
});
