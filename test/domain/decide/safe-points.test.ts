/** Where a locker is left by the rarer ways through a rollout: never closed, never called up to date when nobody saw it run. */
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { DrainOutcome, UpdateOutcome, VerifyOutcome } from '../../../domain/model/outcome';
import type { Plan } from '../../../domain/model/plan';
import type { Progress } from '../../../domain/model/progress';
import { aPlan, lockerName } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const T0 = 1_000_000;
const planWith = (policy: PlanOptions['policy'] = {}, more: PlanOptions = {}): Plan =>
  aPlan({ policy: { soak: { canary: '0s', batch: '0s' }, gates: 'none', batches: ['rest'], ...policy }, ...more });
const play = (plan: Plan, events: readonly RolloutEvent[], from = startProgress(plan, T0), now = T0): Progress =>
  events.reduce((progress, event) => fold(plan, progress, event, now), from);

const one = lockerName(1);
const two = lockerName(2);
const person = { actor: 'ann', reason: null };
const moved = { downMs: 400, killed: false, fromVersion: 1, toVersion: 2 };
const SERVING: UpdateOutcome = { kind: 'serving', ...moved };
const HEALTHY: VerifyOutcome = { kind: 'healthy', build: 'b', tookMs: 1 };
const SICK: VerifyOutcome = { kind: 'unhealthy', reason: 'wrong-build', evidence: [] };
const begin = (locker = one): RolloutEvent => ({ kind: 'begin', locker });
const drained = (locker = one): RolloutEvent => ({ kind: 'drain', locker, cycle: 1, outcome: { kind: 'idle', waitedMs: 1 } });
const update = (outcome: UpdateOutcome, locker = one, cycle = 1): RolloutEvent => ({ kind: 'update', locker, cycle, outcome });
const restore = (outcome: UpdateOutcome, locker = one): RolloutEvent => ({ kind: 'restore', locker, cycle: 2, outcome });
const verify = (outcome: VerifyOutcome, locker = one, cycle = 1): RolloutEvent => ({ kind: 'verify', locker, cycle, outcome });
const fault = (stage: 'updating' | 'restoring', cycle: number): RolloutEvent => ({
  kind: 'fault',
  locker: one,
  cycle,
  stage,
  fault: { code: 'MeNotMounted', sentence: '/Me is gone.', cure: 'Mount it.', evidence: [] },
});

test('a drained locker that could neither be moved nor moved back is opened again before it ends', () => {
  const closed = play(planWith(), [begin(), drained(), fault('updating', 1), fault('restoring', 2)]);
  expect(closed.lockers[one]).toMatchObject({ stage: 'undraining', cycle: 2, end: null });
  const ended = play(planWith(), [{ kind: 'undrain', locker: one, cycle: 2 }], closed);
  expect(ended.lockers[one]).toMatchObject({ end: 'failed', counted: true });
  expect(ended.lockers[one]?.reason).toMatch(/could not be updated: \/Me is gone.*not restored: \/Me is gone/);
});

test('one that had no drain ends at once', () => {
  const plan = planWith({}, { each: { [one]: { healthy: false } } });
  const ended = play(plan, [begin(), fault('updating', 1), fault('restoring', 2)]);
  expect(ended.lockers[one]).toMatchObject({ end: 'failed' });
});

test('one that a script has parked is not called updated: nobody saw it run', () => {
  const plan = planWith({}, { lockers: 2, each: { [one]: { healthy: false } } });
  const done = play(plan, [
    begin(),
    update({ kind: 'linked', ...moved, downMs: null }),
    begin(two),
    drained(two),
    update(SERVING, two),
    verify(HEALTHY, two),
  ]);
  expect(done.lockers[one]).toMatchObject({ end: 'skipped', reason: expect.stringContaining('stopped') as string });
  expect(decide(plan, done, T0)).toEqual({ kind: 'done', state: 'completed-with-exceptions' });
});

test('a box of lockers that were all stopped on purpose gets its links moved and succeeds', () => {
  const stopped = { state: 'stopped', wanted: 'down', healthy: false } as const;
  const plan = planWith({ batches: [1, 'rest'] }, { lockers: 2, each: { [one]: stopped, [two]: stopped } });
  const linked = { kind: 'linked', ...moved, downMs: null } as const;
  const done = play(plan, [begin(), update(linked), begin(two), update(linked, two)]);
  expect(decide(plan, done, T0)).toEqual({ kind: 'done', state: 'succeeded' });
});

test('of two canaries in flight the second comes to its end after the first failed, and no other begins', () => {
  const plan = planWith({ batches: [2, 'rest'], maxDown: 3, maxUnproven: 9 });
  const both = play(plan, [begin(), begin(two), drained(), drained(two), update(SERVING), update(SERVING, two), verify(SICK)]);
  const held = play(plan, [restore(SERVING), verify(HEALTHY, one, 2)], both);
  expect(held.holds.map(({ reason }) => reason)).toEqual(['failures']);
  const after = play(plan, [verify(HEALTHY, two)], held);
  expect(after.lockers[two]).toMatchObject({ end: 'updated' });
  expect(decide(plan, after, T0)).toMatchObject({ kind: 'walk', begin: [], state: 'held' });
});

test('an abort waits for the locker that hangs in its stop, and for nothing else', () => {
  const plan = planWith({ stop: { onTimeout: 'hold' } });
  const stuck = play(plan, [begin(), drained(), update({ kind: 'stop-timed-out', waitedMs: 60_000, evidence: [] })]);
  const aborted = play(plan, [{ kind: 'abort', ...person }], stuck);
  expect(decide(plan, aborted, T0)).toMatchObject({ kind: 'walk', begin: [], state: 'held' });
  const killed = play(plan, [{ kind: 'retryLocker', ...person, locker: one, how: 'kill' }], aborted);
  const done = play(plan, [update(SERVING, one, 2), verify(HEALTHY, one, 2)], killed);
  expect(decide(plan, done, T0)).toEqual({ kind: 'done', state: 'aborted' });
  expect(done.lockers[one]).toMatchObject({ end: 'updated' });
});

test('a pause stands still in the middle of a soak, and the rest of it follows', () => {
  const plan = planWith({ batches: [1, 'rest'], soak: { canary: '30s', batch: '0s' } });
  const soaking = play(plan, [begin(), drained(), update(SERVING), verify(HEALTHY)]);
  const paused = play(plan, [{ kind: 'pause', ...person }], soaking, T0 + 10_000);
  const resumed = play(plan, [{ kind: 'resume', ...person }], paused, T0 + 1_000_000);
  expect(resumed.batch).toBe(1);
  expect(play(plan, [{ kind: 'tick' }], resumed, T0 + 1_019_000).batch).toBe(1);
  expect(play(plan, [{ kind: 'tick' }], resumed, T0 + 1_020_000).batch).toBe(2);
});

describe('found by the random walk of model/', () => {
  const linked = { kind: 'linked', ...moved, downMs: null } as const;
  const fails = [begin(), drained(), update(SERVING), verify(SICK), restore(SERVING), verify(HEALTHY, one, 2)];

  test('one whose link was moved while others kept it stopped goes back too', () => {
    const plan = planWith({}, { lockers: 2 });
    const back = play(plan, [begin(), drained(), update(linked), { kind: 'rollBack', ...person }]);
    expect(back.lockers[one]).toMatchObject({ stage: 'waiting', back: true, cycle: 2 });
    const closed = play(plan, [begin(), { kind: 'drain', locker: one, cycle: 2, outcome: { kind: 'not-needed' } }], back);
    expect(play(plan, [restore(linked)], closed).lockers[one]).toMatchObject({ end: 'restored' });
  });

  test('one that could not be reached and is skipped on its way back is still one that could not be reached', () => {
    const gone = { code: 'LinkLost', sentence: 'The link is gone.', cure: 'Look.', evidence: [] };
    const lost: RolloutEvent = { kind: 'fault', locker: one, cycle: 1, stage: 'draining', fault: gone };
    const back = play(planWith(), [begin(), lost, { kind: 'rollBack', ...person }]);
    const skipped = play(planWith(), [{ kind: 'skipLocker', ...person, locker: one }], back);
    expect(skipped.lockers[one]).toMatchObject({ end: 'unreachable', reason: 'skipped by ann' });
  });

  test('the policy turns a paused rollout back, and it stays paused until the person lifts it', () => {
    const plan = planWith({ onFailure: 'roll-back', maxDown: 2 });
    const first = play(plan, [begin(two), drained(two), update(SERVING, two), verify(HEALTHY, two)]);
    const turned = play(plan, [...fails.slice(0, 5), { kind: 'pause', ...person }, ...fails.slice(5)], first);
    expect(turned).toMatchObject({ rollback: { actor: 'the policy' }, pause: { actor: 'ann' } });
    expect(decide(plan, turned, T0)).toMatchObject({ state: 'paused', begin: [] });
    expect(decide(plan, play(plan, [{ kind: 'resume', ...person }], turned), T0)).toMatchObject({ begin: [two] });
  });

  test('a hold on the way back does not name the way back', () => {
    const plan = planWith({ progressDeadline: '10m' });
    const updated = [begin(), drained(), update(SERVING), verify(HEALTHY)];
    const back = play(plan, [...updated, { kind: 'rollBack', ...person }, begin()]);
    const late = play(plan, [{ kind: 'tick' }], back, T0 + 600_000);
    expect(late.holds).toMatchObject([{ reason: 'no-progress', liftedBy: ['resume', 'abort'] }]);
  });

  test('a gate that is taken away takes the hold for its timeout along, but a rejection stays one', () => {
    const plan = planWith({ batches: [1, 'rest'], gates: 'canary', gateTimeout: '1h' });
    const open = play(plan, [begin(), drained(), update(SERVING), verify(HEALTHY)]);
    const noGates: RolloutEvent = { kind: 'adjust', ...person, rules: { gates: [] } };
    const unanswered = play(plan, [{ kind: 'tick' }], open, T0 + 3_600_000);
    expect(play(plan, [noGates], unanswered)).toMatchObject({ holds: [], gate: null, batch: 2 });
    const rejected = play(plan, [{ kind: 'reject', ...person, batch: 2 }, noGates], open);
    expect(rejected).toMatchObject({ holds: [{ reason: 'rejected' }], gate: { batch: 2 } });
    expect(play(plan, [{ kind: 'approve', ...person, batch: 2 }], rejected)).toMatchObject({ holds: [], batch: 2 });
  });

  test('what comes to its end asks nobody: a step that goes wrong after the abort is no hold', () => {
    const aborted = play(planWith(), [begin(), drained(), { kind: 'abort', ...person }]);
    const settling = play(planWith(), [update({ kind: 'no-start-slot', waitedMs: 600_000, evidence: [] })], aborted);
    expect(decide(planWith(), settling, T0)).toMatchObject({ state: 'settling', ask: null });
  });

  test('two that come from nowhere in the same second have cycles of their own', () => {
    const plan = planWith({}, { each: { [one]: { healthy: false } } });
    const superseded = (cycle: number) => update({ kind: 'superseded', evidence: [] }, one, cycle);
    const again = play(plan, [begin(), superseded(1), { kind: 'resume', ...person }]);
    const first = again.lockers[one]?.cycle ?? 0;
    const twice = play(plan, [begin(), superseded(first), { kind: 'resume', ...person }], again);
    expect(twice.lockers[one]?.cycle).toBeGreaterThan(first);
  });

  test('a policy that goes on over failures still counts those that can not be reached', () => {
    const plan = planWith({ onFailure: 'continue', maxUnreachable: 1, maxDown: 9, maxUnproven: 20 });
    const gone = { code: 'LinkLost', sentence: 'The link is gone.', cure: 'Look.', evidence: [] };
    const lost = (number: number): RolloutEvent[] => [
      begin(lockerName(number)),
      { kind: 'fault', locker: lockerName(number), cycle: 1, stage: 'draining', fault: gone },
    ];
    const held = play(plan, [...lost(4), ...fails, ...lost(5)]);
    expect(held.holds.map(({ reason }) => reason)).toEqual(['unreachable']);
  });

  test('one that could not be reached, is tried again and is on the release by now was changed by this rollout, and goes back', () => {
    const gone = { code: 'LinkLost', sentence: 'The link is gone.', cure: 'Look.', evidence: [] };
    const plan = planWith({ maxUnreachable: 1 });
    const lost = play(plan, [begin(), drained(), { kind: 'fault', locker: one, cycle: 1, stage: 'updating', fault: gone }]);
    const again = play(plan, [{ kind: 'retryLocker', ...person, locker: one, how: 'wait' }, begin()], lost);
    const idle: RolloutEvent = { kind: 'drain', locker: one, cycle: 2, outcome: { kind: 'idle', waitedMs: 1 } };
    const there = play(plan, [idle, update({ kind: 'already', ...moved }, one, 2), verify(HEALTHY, one, 2)], again);
    expect(there.lockers[one]).toMatchObject({ end: 'updated' });
    expect(play(plan, [{ kind: 'rollBack', ...person }], there).lockers[one]).toMatchObject({ stage: 'waiting', back: true });
  });

  test('one that failed, is tried again and then never idle is still one that failed: nothing was done to it', () => {
    const plan = planWith({ maxFailures: { canary: 1, total: 1 } });
    const failed = play(plan, [begin(), drained(), update(SERVING), verify(SICK), restore({ kind: 'superseded', evidence: [] })]);
    const again = play(plan, [{ kind: 'retryLocker', ...person, locker: one, how: 'wait' }, begin()], failed);
    const busy: DrainOutcome = { kind: 'timed-out', waitedMs: 60_000, undone: true, evidence: [] };
    const ended = play(plan, [{ kind: 'drain', locker: one, cycle: again.lockers[one]?.cycle ?? 0, outcome: busy }], again);
    expect(ended.lockers[one]).toMatchObject({
      end: 'failed',
      counted: true,
      reason: expect.stringContaining('tried again, it was not idle') as string,
    });
  });
});
