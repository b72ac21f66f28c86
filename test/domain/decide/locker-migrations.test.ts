/** A migration of the data of each locker, as a part of its move: what becomes of its locker, and of the others. */
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { LockerName } from '../../../domain/model/ids';
import type { Progress } from '../../../domain/model/progress';
import { askSentence } from '../../../domain/operator/ask-sentence';
import type { OperatorMessage } from '../../../domain/operator/operator-message';
import { mayDo } from '../../../domain/operator/permissions';
import type { UpdateOutcome } from '../../../domain/model/outcome';
import { aManifest, aPlan, lockerName } from '../../support/builders';
import type { AMigration } from '../../support/builders';

const NOW = 1_000;
const each: AMigration = { id: 'split', scope: 'locker', when: 'per-locker', undo: ['undo'] };
const plan = aPlan({
  manifest: aManifest(each),
  lockers: 3,
  policy: { gates: 'none', soak: { canary: '0s', batch: '0s' }, batches: [3], maxDown: 3, maxFailures: { canary: 3, total: 3 } },
});
const [one, two] = [lockerName(1), lockerName(2)];
const person = { actor: 'ann', reason: null } as const;
const play = (events: readonly RolloutEvent[], from = startProgress(plan, NOW)): Progress =>
  events.reduce((progress, event) => fold(plan, progress, event, NOW), from);
const next = (progress: Progress) => {
  const decision = decide(plan, progress, NOW);
  if (decision.kind !== 'walk') throw new Error(`it is done: ${decision.state}`);
  return decision;
};

const updating = (locker: LockerName, cycle = 1): RolloutEvent[] => [
  { kind: 'begin', locker },
  { kind: 'drain', locker, cycle, outcome: { kind: 'idle', waitedMs: 1 } },
];
const NOT_MIGRATED: Extract<UpdateOutcome, { kind: 'not-migrated' }> = {
  kind: 'not-migrated',
  downMs: 900,
  killed: false,
  fromVersion: 1,
  toVersion: 1,
  migration: 'split',
  evidence: ['the command ended with exit 4', 'there is no room', '$ node migrations/split.js --check → exit 1'],
};
const serving = { kind: 'serving', downMs: 400, killed: false, fromVersion: 1, toVersion: 2 } as const;
const fault = (
  locker: LockerName,
  stage: 'updating' | 'restoring',
  cycle: number,
  code = 'MigrationUndecided',
): RolloutEvent => ({
  kind: 'fault',
  locker,
  cycle,
  stage,
  fault: { code, sentence: 'Nobody knows.', cure: 'Say so.', evidence: ['exit 3'] },
});
const retry = (locker: LockerName): RolloutEvent => ({ kind: 'retryLocker', ...person, locker, how: 'wait' });
const healthy = (locker: LockerName, cycle: number): RolloutEvent => ({
  kind: 'verify',
  locker,
  cycle,
  outcome: { kind: 'healthy', build: 'b', tookMs: 1 },
});

test('the plan has it run by the move of each locker, and the rollout asks for no migration of the box', () => {
  expect(plan.migrations).toMatchObject([{ id: 'split', when: 'per-locker', lockers: [one, two, lockerName(3)] }]);
  expect(next(play([]))).toMatchObject({ migrate: null, begin: [one, two, lockerName(3)] });
});

test('one that came to nothing sends its locker back to where it came from, and counts as its failure', () => {
  const failed = play([...updating(one), { kind: 'update', locker: one, cycle: 1, outcome: NOT_MIGRATED }]);
  expect(failed.lockers[one]).toMatchObject({ stage: 'restoring', cycle: 2, downMs: 900 });
  const already = { ...serving, kind: 'already', fromVersion: 1, toVersion: 1 } as const;
  const ended = play([{ kind: 'restore', locker: one, cycle: 2, outcome: already }, healthy(one, 2)], failed);
  expect(ended.lockers[one]).toMatchObject({ end: 'restored', counted: true });
  expect(ended.lockers[one]?.reason).toBe('migration split of its data came to nothing: there is no room');
});

test('one that can not be undone leaves its locker on the release, as failed', () => {
  const sick = play([
    ...updating(one),
    { kind: 'update', locker: one, cycle: 1, outcome: serving },
    { kind: 'verify', locker: one, cycle: 1, outcome: { kind: 'unhealthy', reason: 'flapping', evidence: [] } },
  ]);
  const stays = play([{ kind: 'restore', locker: one, cycle: 2, outcome: { ...NOT_MIGRATED, toVersion: 2 } }], sick);
  expect(stays.lockers[one]).toMatchObject({ end: 'failed', counted: true });
  expect(stays.lockers[one]?.reason).toContain('its restore stays on the release: migration split');
});

describe('where nobody knows what it came to', () => {
  const undecided = play([...updating(one), ...updating(two), fault(one, 'updating', 1)]);

  test('its locker waits for a person, no other begins, and those in flight come to their end', () => {
    expect(undecided.lockers[one]).toMatchObject({ stage: 'stuck' });
    expect(undecided.holds).toMatchObject([{ reason: 'migration-undecided', locker: one, liftedBy: ['retryLocker'] }]);
    expect(next(undecided)).toMatchObject({ begin: [], state: 'held' });
    const done = play([{ kind: 'update', locker: two, cycle: 1, outcome: serving }, healthy(two, 1)], undecided);
    expect(done.lockers[two]).toMatchObject({ end: 'updated' });
    const ask = next(undecided).ask;
    expect(ask && askSentence(ask, plan)).toMatch(
      /Say what became of it: .*settle-migration .*--migration ID --locker locker-001 --as done\|not-done.*; then let it go on: .*retry-locker .*--locker locker-001/,
    );
  });

  test('tried again it is drained first, since the box has brought it up; found on the release it is there by this rollout', () => {
    const again = play([retry(one)], undecided);
    expect(again.holds).toEqual([]);
    expect(again.lockers[one]).toMatchObject({ stage: 'draining', cycle: 2 });
    const found = { ...serving, kind: 'already', fromVersion: 2 } as const;
    const ended = play(
      [
        { kind: 'drain', locker: one, cycle: 2, outcome: { kind: 'idle', waitedMs: 1 } },
        { kind: 'update', locker: one, cycle: 2, outcome: found },
        healthy(one, 2),
      ],
      again,
    );
    expect(ended.lockers[one]).toMatchObject({ end: 'updated' });
  });

  test('one that the box may have brought to the release goes back with a roll-back, though its turn has not come again', () => {
    const waiting = play(
      [
        retry(one),
        { kind: 'pause', ...person },
        { kind: 'drain-cancelled', locker: one, cycle: 2 },
        { kind: 'undrain', locker: one, cycle: 2 },
      ],
      undecided,
    );
    expect(waiting.lockers[one]).toMatchObject({ stage: 'waiting' });
    expect(play([{ kind: 'rollBack', ...person }], waiting).lockers[one]).toMatchObject({ stage: 'waiting', back: true });
    const aborted = play(
      [{ kind: 'abort', ...person }, { kind: 'update', locker: two, cycle: 1, outcome: serving }, healthy(two, 1)],
      waiting,
    );
    expect(aborted.lockers[one]).toMatchObject({ end: 'skipped' });
    expect(aborted.lockers[one]?.reason).toContain('nobody has seen which release it is on');
  });

  test.each([
    ['an abort', { kind: 'abort', ...person }],
    ['a roll-back', { kind: 'rollBack', ...person }],
  ] as const)('%s waits for it, and then nothing of it goes forward', (_what, event) => {
    const waiting = play([event, { kind: 'update', locker: two, cycle: 1, outcome: serving }, healthy(two, 1)], undecided);
    expect(waiting.holds).toMatchObject([{ reason: 'migration-undecided' }]);
    expect(decide(plan, waiting, NOW)).toMatchObject({ kind: 'walk', state: 'held' });
    const { stage, end = null, back = false } = play([retry(one)], waiting).lockers[one] ?? {};
    expect([stage, end, back]).toEqual(event.kind === 'abort' ? ['ended', 'skipped', false] : ['waiting', null, true]);
  });

  test('one that was tried again and is never idle afterwards is not called what its first try came to', () => {
    const tried = play([
      ...updating(one),
      { kind: 'update', locker: one, cycle: 1, outcome: NOT_MIGRATED },
      { kind: 'restore', locker: one, cycle: 2, outcome: { ...serving, kind: 'already', toVersion: 1 } },
      healthy(one, 2),
      retry(one),
      ...updating(one, 3),
      fault(one, 'updating', 3),
      retry(one),
      { kind: 'drain', locker: one, cycle: 4, outcome: { kind: 'timed-out', waitedMs: 60_000, undone: true, evidence: [] } },
    ]);
    expect(tried.lockers[one]).toMatchObject({ end: 'skipped', halfWay: true });
    expect(tried.lockers[one]?.reason).toContain('nobody has seen which release it is on');
    expect(play([{ kind: 'rollBack', ...person }], tried).lockers[one]).toMatchObject({ back: true });
  });

  test('on the way back it waits as well, and goes on backwards', () => {
    const back = play([
      ...updating(one),
      { kind: 'update', locker: one, cycle: 1, outcome: { ...serving, kind: 'not-serving', reason: 'crashed', evidence: [] } },
      fault(one, 'restoring', 2),
    ]);
    expect(back.lockers[one]).toMatchObject({ stage: 'stuck' });
    expect(play([retry(one)], back).lockers[one]).toMatchObject({ stage: 'restoring', cycle: 3 });
  });
});

test('while each locker is migrated no more are down at once than the box may start', () => {
  const wide = { policy: { maxDown: 12, maxStarting: 2, rollbackMaxDown: 12 }, lockers: 12 };
  expect(aPlan(wide).limits).toMatchObject({ maxDown: 12, rollbackMaxDown: 12 });
  expect(aPlan({ ...wide, manifest: aManifest(each) }).limits).toMatchObject({ maxDown: 2, rollbackMaxDown: 2 });
});

test('nor does an adjustment let more of them be down, unless more may start', () => {
  const adjusting = aPlan({ manifest: aManifest(each), policy: { maxStarting: 2 }, lockers: 12 });
  const progress = fold(adjusting, startProgress(adjusting, NOW), { kind: 'tick' }, NOW);
  const view = { box: adjusting.box, rollout: 'r', by: null, phase: 'walking', plan: adjusting, now: NOW, progress } as const;
  const said = (rules: Extract<OperatorMessage, { kind: 'adjust' }>['rules']) => mayDo({ kind: 'adjust', rules }, view);
  expect(said({ maxDown: 3 })).toContain('no more than maxStarting (2)');
  expect(said({ maxDown: 3, maxStarting: 3 })).toBeNull();
});

test('one that is stopped on purpose and could not be linked ends restored, with nobody asked whether it serves', () => {
  const stopped = { [lockerName(1)]: { state: 'stopped', initPid: null, healthy: false, wanted: 'down' } } as const;
  const linking = aPlan({ manifest: aManifest(each), lockers: 2, policy: { gates: 'none' }, each: stopped });
  expect(linking.lockers[0]).toMatchObject({ action: 'link' });
  const events: RolloutEvent[] = [
    { kind: 'begin', locker: one },
    { kind: 'update', locker: one, cycle: 1, outcome: NOT_MIGRATED },
    { kind: 'restore', locker: one, cycle: 2, outcome: { ...serving, kind: 'already', downMs: null, toVersion: 1 } },
  ];
  const ended = events.reduce((progress, event) => fold(linking, progress, event, NOW), startProgress(linking, NOW));
  expect(ended.lockers[one]).toMatchObject({ stage: 'ended', end: 'restored' });
});
