/** Lockers that are tried again, and lockers that crash after their success: counts, batches, gates and budgets. */
import { boxLoad } from '../../../domain/decide/box-load';
import { countEnds, countFailures } from '../../../domain/decide/count-ends';
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { LockerName } from '../../../domain/model/ids';
import type { Plan } from '../../../domain/model/plan';
import type { Progress } from '../../../domain/model/progress';
import { mayDo } from '../../../domain/operator/permissions';
import { aPlan, lockerName } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const T0 = 1_000_000;
const planOf = (policy: PlanOptions['policy'] = {}, more: PlanOptions = {}): Plan =>
  aPlan({
    lockers: 4,
    policy: { soak: { canary: '0s', batch: '0s' }, gates: 'none', batches: [1, 2, 1], maxDown: 4, ...policy },
    ...more,
  });
const play = (plan: Plan, events: readonly RolloutEvent[], from = startProgress(plan, T0)): Progress =>
  events.reduce((progress, event) => fold(plan, progress, event, T0), from);

const person = { actor: 'ann', reason: null };
const moved = { downMs: 400, killed: false, fromVersion: 1, toVersion: 2 };
const [one, two, three, four] = [1, 2, 3, 4].map(lockerName) as [LockerName, LockerName, LockerName, LockerName];
const good = (locker: LockerName, cycle = 1): RolloutEvent[] => [
  { kind: 'begin', locker },
  { kind: 'drain', locker, cycle, outcome: { kind: 'idle', waitedMs: 1 } },
  { kind: 'update', locker, cycle, outcome: { kind: 'serving', ...moved } },
  { kind: 'verify', locker, cycle, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
];
const restored = (locker: LockerName, cycle: number): RolloutEvent[] => [
  { kind: 'restore', locker, cycle, outcome: { kind: 'serving', ...moved } },
  { kind: 'verify', locker, cycle, outcome: { kind: 'healthy', build: 'a', tookMs: 1 } },
];
const bad = (locker: LockerName, cycle = 1): RolloutEvent[] => [
  ...good(locker, cycle).slice(0, 3),
  { kind: 'verify', locker, cycle, outcome: { kind: 'unhealthy', reason: 'wrong-build', evidence: ['said 99'] } },
  ...restored(locker, cycle + 1),
];
const retry = (locker: LockerName): RolloutEvent => ({ kind: 'retryLocker', ...person, locker, how: 'wait' });
const loops = (locker: LockerName, cycle = 1): RolloutEvent => ({ kind: 'crash-loop', locker, cycle, crashes: 3, why: 'exit 1' });
const begins = (plan: Plan, progress: Progress) => {
  const decision = decide(plan, progress, T0);
  return decision.kind === 'walk' ? decision.begin : decision.state;
};

test('a red canary that is tried again lifts its hold, counts no more, and the rollout goes on as if it had been well', () => {
  const plan = planOf();
  const held = play(plan, bad(one));
  expect(held.holds).toMatchObject([{ reason: 'failures' }]);
  const again = play(plan, [retry(one)], held);
  expect(again).toMatchObject({ holds: [], batch: 1, batchEndedAt: null });
  expect(countFailures(plan, again)).toEqual({ canary: 0, total: 0 });
  expect(again.notes.at(-1)?.text).toContain(`ann has ${one} tried again; it had ended restored: reports another build`);
  expect(begins(plan, again)).toEqual([one]);
  expect(play(plan, [retry(one)], again)).toBe(again);
  const done = play(plan, [...good(one, 3), ...good(two), ...good(three), ...good(four)], again);
  expect(begins(plan, done)).toBe('succeeded');
  expect(countEnds(done)).toMatchObject({ planned: 4, updated: 4 });
});

test('tried again and failed again it holds again', () => {
  const plan = planOf();
  const twice = play(plan, [...bad(one), retry(one), ...bad(one, 3)]);
  expect(twice.holds).toMatchObject([{ reason: 'failures' }]);
  expect(countFailures(plan, twice).total).toBe(1);
});

test('an acknowledged failure that is tried again is a new one when it fails again', () => {
  const plan = planOf();
  const resumed = play(plan, [...bad(one), { kind: 'resume', ...person }]);
  expect(resumed.acknowledged).toMatchObject({ total: 1, canary: 1 });
  const again = play(plan, [retry(one)], resumed);
  expect(again.acknowledged).toMatchObject({ total: 0, canary: 0, lockers: [] });
  // Nobody of the second batch has begun, so it waits for the first.
  expect(begins(plan, again)).toEqual([one]);
  expect(play(plan, bad(one, 3), again).holds).toMatchObject([{ reason: 'failures' }]);
});

test('while another failure still exceeds the budget, a retry waits for the resume', () => {
  const plan = planOf({ maxFailures: { canary: 9, total: 0 } });
  const held = play(plan, [
    ...good(one),
    { kind: 'begin', locker: two },
    { kind: 'begin', locker: three },
    ...bad(two).slice(1, 3),
    ...bad(three).slice(1, 3),
    ...bad(two).slice(3),
    ...bad(three).slice(3),
  ]);
  const again = play(plan, [retry(two)], held);
  expect(again.holds).toMatchObject([
    { reason: 'failures', sentence: expect.stringContaining(`1 failure, allowed are 0 in all: ${three}`) },
  ]);
  expect(begins(plan, again)).toEqual([]);
  expect(begins(plan, play(plan, [{ kind: 'resume', ...person }], again))).toEqual([two]);
});

test('one of an earlier batch is tried again beside the running one, and the next batch waits for it', () => {
  const plan = planOf({ maxFailures: { canary: 1, total: 2 } });
  const running = play(plan, [...bad(one), ...good(two), { kind: 'begin', locker: three }]);
  const again = play(plan, [retry(one)], running);
  expect(begins(plan, again)).toEqual([one]);
  const others = play(plan, good(three).slice(1), again);
  expect(others).toMatchObject({ batch: 2, batchEndedAt: null });
  expect(begins(plan, play(plan, good(one, 3), others))).toEqual([four]);
});

test('a gate that stands is taken back by a retry, and asked for again; one that was rejected stays so', () => {
  const plan = planOf({ gates: 'canary', maxFailures: { canary: 1, total: 1 } });
  const asked = play(plan, bad(one));
  expect(asked.gate).toMatchObject({ batch: 2 });
  const again = play(plan, [retry(one)], asked);
  expect(again.gate).toBeNull();
  expect(play(plan, good(one, 3), again).gate).toMatchObject({ batch: 2 });
  const no = play(plan, [{ kind: 'reject', ...person, batch: 2 }, retry(one)], asked);
  expect(no).toMatchObject({ gate: { batch: 2 }, holds: [{ reason: 'rejected' }] });
});

test.each<[string, RolloutEvent]>([
  ['an abort', { kind: 'abort', ...person }],
  ['a skip', { kind: 'skipLocker', ...person, locker: one }],
  ['a roll-back', { kind: 'rollBack', ...person }],
])('%s before its turn comes leaves it with the end that it had, and its reason', (_what, event) => {
  const plan = planOf({ maxFailures: { canary: 1, total: 1 } });
  const waiting = play(plan, [...bad(one), { kind: 'pause', ...person }, retry(one), event]);
  expect(waiting.lockers[one]).toMatchObject({ stage: 'ended', end: 'restored', counted: true, former: null });
  expect(waiting.lockers[one]?.reason).toContain('reports another build');
});

test('one that is down takes its slot while it waits to be tried again', () => {
  const plan = planOf({ maxDown: 3, maxFailures: { canary: 4, total: 4 } });
  const crashed: RolloutEvent = {
    kind: 'restore',
    locker: one,
    cycle: 2,
    outcome: { kind: 'not-serving', ...moved, reason: 'crashed', evidence: [] },
  };
  const failed = play(plan, [...bad(one).slice(0, 4), crashed]);
  expect(failed.lockers[one]?.end).toBe('failed');
  const again = play(plan, [{ kind: 'pause', ...person }, retry(one)], failed);
  expect([boxLoad(plan, failed).slots, boxLoad(plan, again).slots]).toEqual([2, 2]);
});

test.each<[string, readonly RolloutEvent[], LockerName, string | null]>([
  ['one that waits', [], one, 'is not stuck and has not ended (it is waiting)'],
  ['one that is where it was to be', good(one), one, 'is where it was to be (it ended updated)'],
  ['one that was restored', bad(one), one, null],
  ['one that was skipped', [{ kind: 'skipLocker', ...person, locker: three }], three, null],
  [
    'one in an aborted rollout',
    [
      { kind: 'skipLocker', ...person, locker: three },
      { kind: 'begin', locker: one },
      { kind: 'abort', ...person },
    ],
    three,
    'coming to its end',
  ],
  ['a stranger', [], 'constructor' as LockerName, 'has no locker constructor'],
  [
    'one on the way back that was never changed',
    [{ kind: 'skipLocker', ...person, locker: three }, ...good(one), { kind: 'rollBack', ...person }],
    three,
    'has nothing to go back from',
  ],
])('may %s be tried again?', (_what, events, locker, no) => {
  const plan = planOf();
  const progress = play(plan, events);
  const view = { box: plan.box, rollout: 'r', by: 'ann', phase: 'walking', plan, progress, now: T0 } as const;
  const answer = mayDo({ kind: 'retryLocker', locker }, view);
  if (no === null) expect(answer).toBeNull();
  else expect(answer).toContain(no);
});

test('one that is left out is not tried', () => {
  const plan = planOf({}, { heldOut: { [one]: 'on holiday' } });
  const progress = startProgress(plan, T0);
  expect(play(plan, [retry(one)], progress)).toEqual(play(plan, [], progress));
});

test('on the way back one that stayed on the new release is tried again, and goes back', () => {
  const plan = planOf();
  const busy: RolloutEvent = {
    kind: 'drain',
    locker: one,
    cycle: 2,
    outcome: { kind: 'timed-out', waitedMs: 9, undone: true, evidence: [] },
  };
  const stayed = play(plan, [
    ...good(one),
    { kind: 'pause', ...person },
    { kind: 'rollBack', ...person },
    { kind: 'begin', locker: one },
    busy,
  ]);
  expect(stayed.lockers[one]).toMatchObject({ end: 'updated' });
  const again = play(plan, [{ kind: 'pause', ...person }, retry(one), { kind: 'resume', ...person }], stayed);
  expect(again.lockers[one]).toMatchObject({ stage: 'waiting', back: true, cycle: 3 });
});

describe('a crash loop after success', () => {
  test('is a failure: restored, counted, and it holds', () => {
    const plan = planOf({ gates: 'canary' });
    const looping = play(plan, [...good(one), loops(one)]);
    expect(looping).toMatchObject({ gate: null, batchEndedAt: null });
    expect(looping.lockers[one]).toMatchObject({ stage: 'restoring', cycle: 2, end: null });
    const back = play(plan, restored(one, 2), looping);
    expect(back.lockers[one]).toMatchObject({ end: 'restored', counted: true });
    expect(back.lockers[one]?.reason).toBe('crashed 3 times in five minutes after it was updated: exit 1');
    expect(back.holds).toMatchObject([{ reason: 'failures' }]);
  });

  test('that comes before the next batch has begun keeps that one from beginning', () => {
    const plan = planOf({ gates: 'canary' });
    const approved = play(plan, [...good(one), { kind: 'approve', ...person, batch: 2 }]);
    expect(begins(plan, approved)).toEqual([two, three]);
    const looping = play(plan, [loops(one)], approved);
    expect([looping.batch, begins(plan, looping)]).toEqual([1, []]);
    const back = play(plan, restored(one, 2), looping);
    expect(begins(plan, play(plan, [{ kind: 'resume', ...person }], back))).toEqual([two, three]);
  });

  test('rolls back by policy', () => {
    const plan = planOf({ onFailure: 'roll-back' });
    const back = play(plan, [...good(one), ...good(two), loops(two), ...restored(two, 2)]);
    expect(back.rollback).toMatchObject({ actor: 'the policy' });
    expect(back.lockers[one]).toMatchObject({ back: true });
  });

  test('told twice, or of what the rollout did not bring there, changes nothing', () => {
    const plan = planOf();
    const looping = play(plan, [...good(one), loops(one)]);
    expect(play(plan, [loops(one), loops(two)], looping)).toBe(looping);
    const ended = play(plan, restored(one, 2), looping);
    expect(play(plan, [loops(one), loops(one, 2)], ended)).toBe(ended);
  });
});

describe('the deadline of progress', () => {
  const MINUTES = 60_000;
  const plan = planOf({ progressDeadline: '10m', maxFailures: { canary: 4, total: 4 } });
  const at = (now: number, events: readonly RolloutEvent[], from: Progress): Progress =>
    events.reduce((progress, event) => fold(plan, progress, event, now), from);
  const standing = at(T0 + 10 * MINUTES, [{ kind: 'tick' }], play(plan, good(one).slice(0, 2)));

  test('that has passed is answered by a roll-back: it goes back, and is not held anew at once', () => {
    expect(standing.holds).toMatchObject([{ reason: 'no-progress', liftedBy: ['resume', 'rollBack', 'abort'] }]);
    const back = at(T0 + 11 * MINUTES, [{ kind: 'rollBack', ...person }], standing);
    expect(back.holds).toEqual([]);
    expect(at(T0 + 21 * MINUTES, [{ kind: 'tick' }], back).holds).toMatchObject([{ reason: 'no-progress' }]);
  });

  test('counts for one that crashes again and again from then on, not from its first turn', () => {
    const later = at(T0 + 60 * MINUTES, [loops(one)], play(plan, good(one)));
    expect(later.lockers[one]).toMatchObject({ stage: 'restoring' });
    expect(later.holds).toEqual([]);
  });
});
