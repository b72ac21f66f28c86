/** Ancestry in real mirrors, and a box's memory of its rollouts. */
import { execFileSync } from 'node:child_process';
import { isSuperseded, kinship, lineagesOf } from '../../../box/inspect/lineage';
import { mirrorOf } from '../../../box/release/mirror';
import type { HistoryRecord } from '../../../domain/model/history';
import type { ReleaseId, Sha } from '../../../domain/model/ids';
import { aRelease, aRevision } from '../../support/builders';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
beforeEach(() => {
  here = stagedBox();
  here.settings.commit({ 'templates/config.json': '{}' }, 'First settings');
});
afterEach(() => here.remove());

const checkout = (...args: string[]) => execFileSync('git', ['-C', here.code.repo, 'checkout', '--quiet', ...args]);

test('a release is ahead, behind, beside, a stranger, or of a commit that nobody knows', async () => {
  const first = here.code.commit({ 'locker.js': '1' }, 'First') as Sha;
  const second = here.code.commit({ 'locker.js': '2' }, 'Second') as Sha;
  checkout('-b', 'side', first);
  const side = here.code.commit({ 'locker.js': '3' }, 'Side') as Sha;
  checkout('--orphan', 'other');
  const stranger = here.code.commit({ 'locker.js': '4' }, 'From scratch') as Sha;
  await here.resolve('side');
  const mirror = mirrorOf(here.box, here.service.name, 'code');
  const of = (runs: Sha, target: Sha) => kinship(mirror, { runs, target });
  expect(await of(first, first)).toBe('same');
  expect(await of(first, second)).toBe('ahead');
  expect(await of(second, first)).toBe('behind');
  expect(await of(second, side)).toBe('diverged');
  expect(await of(second, stranger)).toBe('unrelated');
  expect(await of('0'.repeat(40) as Sha, second)).toBe('unknown');
});

test('what a locker runs is compared as a pair; where nothing is asked for, nothing is said', async () => {
  here.code.commit({ 'locker.js': '1' }, 'First');
  const old = await here.targetOf();
  here.settings.commit({ 'templates/config.json': '{"a": 1}' }, 'Second settings');
  const target = await here.targetOf();
  const up = await lineagesOf(here.box, target);
  expect(await up(aRevision(old.release))).toEqual({ code: 'same', config: 'ahead', superseded: false });
  const down = await lineagesOf(here.box, old);
  expect(await down(aRevision(target.release))).toEqual({ code: 'same', config: 'behind', superseded: false });
  expect(await up(null)).toBeNull();
  expect(await (await lineagesOf(here.box, null))(aRevision(old.release))).toBeNull();
});

const rolledOut = (release: string, state = 'succeeded'): HistoryRecord => ({
  format: 1,
  kind: 'rollout',
  at: '2026-11-20T10:00:00.000Z',
  since: null,
  holder: 'r',
  by: 'ann',
  state,
  release,
  counts: {},
  takenFrom: null,
});
const [a, b] = [aRelease('a').id, aRelease('b').id];

test.each<[string, [string, string?][], ReleaseId, ReleaseId, boolean]>([
  ['never here', [[b]], a, b, false],
  ['here, and left for what runs', [[a], [b]], a, b, true],
  ['left for it with exceptions', [[a], [b, 'completed-with-exceptions']], a, b, true],
  ['what came after it was rolled back', [[a], [b], [b, 'rolled-back']], b, a, false],
  ['rolled out anew since', [[a], [b], [a]], a, b, false],
  ['itself', [[a], [b], [a]], a, a, false],
  ['aborted before it was there', [[a, 'aborted'], [b]], a, b, false],
])('superseded by the box’s history: %s', (_what, records, target, runs, wanted) => {
  expect(
    isSuperseded(
      records.map((args) => rolledOut(...args)),
      target,
      runs,
    ),
  ).toBe(wanted);
});
