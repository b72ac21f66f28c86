/** The rules one by one: who may begin, what waits, how each outcome ends. */
import { boxLoad } from '../../../domain/decide/box-load';
import { endStateOf } from '../../../domain/decide/count-ends';
import { decide } from '../../../domain/decide/decide';
import type { Decision } from '../../../domain/decide/decision';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { freshCycle } from '../../../domain/decide/fresh-cycle';
import { startProgress } from '../../../domain/decide/start-progress';
import type { DrainOutcome, UpdateOutcome, VerifyOutcome } from '../../../domain/model/outcome';
import type { Plan } from '../../../domain/model/plan';
import type { Adjustable, Progress } from '../../../domain/model/progress';
import { mayDo } from '../../../domain/operator/permissions';
import type { RolloutView } from '../../../domain/operator/rollout-view';
import { aPlan, lockerName } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const T0 = 1_000_000;
const NO_SOAK = { canary: '0s', batch: '0s' };
const planWith = (policy: PlanOptions['policy'] = {}, more: PlanOptions = {}): Plan =>
  aPlan({ policy: { soak: NO_SOAK, gates: 'none', batches: ['rest'], ...policy }, ...more });

const play = (plan: Plan, events: readonly RolloutEvent[], now = T0, from = startProgress(plan, T0)): Progress =>
  events.reduce((progress, event) => fold(plan, progress, event, now), from);
type Walk = Extract<Decision, { kind: 'walk' }>;
const walk = (plan: Plan, progress: Progress, now = T0) => decide(plan, progress, now) as Walk;

const person = { actor: 'ann', reason: null };
const one = lockerName(1);
const two = lockerName(2);
const moved = { downMs: 400, killed: false, fromVersion: 1, toVersion: 2 };
const SERVING: UpdateOutcome = { kind: 'serving', ...moved };
const CRASHED: UpdateOutcome = { kind: 'not-serving', ...moved, reason: 'crashed', evidence: ['exit 1'] };
const HEALTHY: VerifyOutcome = { kind: 'healthy', build: 'b', tookMs: 1 };
const SICK: VerifyOutcome = { kind: 'unhealthy', reason: 'wrong-build', evidence: ['said 99-gold'] };
const at = (locker = one, cycle = 1) => ({ locker, cycle });
const begin = (locker = one): RolloutEvent => ({ kind: 'begin', locker });
const drained = (locker = one, cycle = 1): RolloutEvent => ({
  kind: 'drain',
  ...at(locker, cycle),
  outcome: { kind: 'idle', waitedMs: 1 },
});
const update = (outcome: UpdateOutcome, locker = one, cycle = 1): RolloutEvent => ({
  kind: 'update',
  ...at(locker, cycle),
  outcome,
});
const restore = (outcome: UpdateOutcome, locker = one, cycle = 2): RolloutEvent => ({
  kind: 'restore',
  ...at(locker, cycle),
  outcome,
});
const verify = (outcome: VerifyOutcome, locker = one, cycle = 1): RolloutEvent => ({
  kind: 'verify',
  ...at(locker, cycle),
  outcome,
});
const cycleOf = (locker = one): RolloutEvent[] => [
  begin(locker),
  drained(locker),
  update(SERVING, locker),
  verify(HEALTHY, locker),
];
const failureOf = (locker = one): RolloutEvent[] => [
  begin(locker),
  drained(locker),
  update(SERVING, locker),
  verify(SICK, locker),
  restore(SERVING, locker),
  verify(HEALTHY, locker, 2),
];
const fault = (code: string, stage: 'draining' | 'updating' | 'verifying' | 'restoring', cycle = 1): RolloutEvent => ({
  kind: 'fault',
  ...at(one, cycle),
  stage,
  fault: { code, sentence: `${code} happened.`, cure: 'Look.', evidence: [] },
});

const failing = (numbers: number[]) => (number: number) => (numbers.includes(number) ? { healthy: false } : {});

describe('slots', () => {
  test.each([
    ['maxDown lockers begin at once', planWith({ maxDown: 3 }), 3],
    ['10 % of 12 is one', planWith(), 1],
    ['maxUnproven bounds all that are in flight', planWith({ maxDown: 6, maxUnproven: 2 }), 2],
    ['two that already fail take two slots away, and begin without one', planWith({ maxDown: 4 }, { each: failing([1, 2]) }), 4],
    ['one slot is left however many fail', planWith({ maxDown: 2, maxUnproven: 4 }, { each: failing([9, 10, 11, 12]) }), 4],
  ])('%s', (_what, plan, wanted) => {
    expect(walk(plan, startProgress(plan, T0)).begin).toHaveLength(wanted);
  });

  test('a locker that serves again frees its slot and holds an unproven one until it is verified', () => {
    const plan = planWith({ maxDown: 1, maxUnproven: 2 });
    const down = play(plan, [begin(), drained()]);
    expect(boxLoad(plan, down)).toMatchObject({ down: 1, unproven: 0, slots: 1 });
    expect(walk(plan, down).begin).toEqual([]);
    const serving = play(plan, [update(SERVING)], T0, down);
    expect(boxLoad(plan, serving)).toMatchObject({ down: 0, unproven: 1 });
    expect(walk(plan, serving).begin).toEqual([two]);
    const both = play(plan, [begin(two), drained(two), update(SERVING, two)], T0, serving);
    expect(walk(plan, both).begin).toEqual([]);
    expect(walk(plan, play(plan, [verify(HEALTHY)], T0, both)).begin).toEqual([lockerName(3)]);
  });

  test('an unproven locker that crashes counts as down, and nothing begins until it is back', () => {
    const plan = planWith({ maxDown: 1, maxFailures: { canary: 5, total: 5 } });
    const crashed = play(plan, [begin(), drained(), update(SERVING), verify(SICK)]);
    expect(boxLoad(plan, crashed)).toMatchObject({ down: 1, unproven: 0 });
    expect(walk(plan, crashed).begin).toEqual([]);
    expect(walk(plan, play(plan, [restore(SERVING)], T0, crashed)).begin).toEqual([two]);
  });

  test('a locker that we lost keeps its slot, a sick one that we mended gives one back', () => {
    const plan = planWith({ maxDown: 3, maxFailures: { canary: 9, total: 9 } }, { each: { [one]: { healthy: false } } });
    expect(boxLoad(plan, startProgress(plan, T0)).slots).toBe(2);
    const mended = play(plan, [begin(), update(SERVING), verify(HEALTHY)]);
    expect(boxLoad(plan, mended).slots).toBe(3);
    const lost = play(plan, [begin(two), drained(two), update(CRASHED, two), restore(CRASHED, two)], T0, mended);
    expect(lost.lockers[two]?.end).toBe('failed');
    expect(boxLoad(plan, lost).slots).toBe(2);
  });
});

describe('one locker', () => {
  const outcomes: [string, RolloutEvent[], object][] = [
    ['drained, updated and verified, it is updated', cycleOf(), { end: 'updated', counted: false, downMs: 400 }],
    [
      'on the release already, it is unchanged',
      [begin(), drained(), update({ kind: 'already', ...moved }), verify(HEALTHY)],
      { end: 'unchanged' },
    ],
    [
      'sick after its update and healthy after its restore, it is restored',
      failureOf(),
      { end: 'restored', counted: true, cycle: 2 },
    ],
    [
      'crashed, its restore crashed too, it is failed',
      [begin(), drained(), update(CRASHED), restore(CRASHED)],
      { end: 'failed', counted: true },
    ],
    ['sick after its restore, it is failed', [...failureOf().slice(0, 5), verify(SICK, one, 2)], { end: 'failed' }],
    [
      'killed, that is recorded',
      [begin(), drained(), update({ kind: 'serving', ...moved, killed: true })],
      { stage: 'verifying', killed: true },
    ],
    [
      'superseded, its drain is taken back and it waits for a cycle that no earlier run of the rollout has counted',
      [begin(), drained(), update({ kind: 'superseded', evidence: [] }), { kind: 'undrain', ...at(one, freshCycle(T0)) }],
      { stage: 'waiting', cycle: freshCycle(T0) + 1 },
    ],
    [
      'no start slot: its drain is taken back and it waits',
      [begin(), drained(), update({ kind: 'no-start-slot', waitedMs: 600_000, evidence: [] }), { kind: 'undrain', ...at() }],
      { stage: 'waiting', cycle: 2 },
    ],
    [
      'opened meanwhile and busy again, it is skipped as by a drain that was too late',
      [begin(), drained(), update({ kind: 'not-idle', waitedMs: 60_000, evidence: ['busy'] })],
      { end: 'skipped' },
    ],
    [
      'refused as changes are frozen: its drain is taken back and it waits',
      [begin(), drained(), fault('ChangesFrozen', 'updating'), { kind: 'undrain', ...at() }],
      { stage: 'waiting', cycle: 2 },
    ],
    ['unreachable, it is counted apart', [begin(), fault('BoxUnreachable', 'draining')], { end: 'unreachable', counted: false }],
    [
      'given up after minutes, just the same',
      [begin(), drained(), fault('BoxLost', 'updating')],
      { end: 'unreachable', counted: false },
    ],
    [
      'a fault while draining takes the drain back and fails it',
      [begin(), fault('MeNotMounted', 'draining'), { kind: 'undrain', ...at() }],
      { end: 'failed' },
    ],
    [
      'a fault while updating restores it',
      [begin(), drained(), fault('CommandFailed', 'updating')],
      { stage: 'restoring', cycle: 2 },
    ],
    ['a fault of another stage changes nothing', [begin(), fault('CommandFailed', 'updating')], { stage: 'draining' }],
    ['an outcome of another cycle changes nothing', [begin(), drained(one, 2)], { stage: 'draining' }],
  ];
  test.each(outcomes)('%s', (_what, events, wanted) => {
    expect(play(planWith(), events).lockers[one]).toMatchObject(wanted);
  });

  test('never deployed before, it has nothing to be restored to', () => {
    const plan = planWith({}, { each: { [one]: { on: null } } });
    const failed = play(plan, [begin(), drained(), update(CRASHED)]);
    expect(failed.lockers[one]).toMatchObject({ end: 'failed', reason: expect.stringContaining('no earlier version') });
  });

  test('sick before, its end is in the counts but not in the budget', () => {
    const plan = planWith({}, { each: { [one]: { healthy: false } } });
    const failed = play(plan, [begin(), update(CRASHED), restore(CRASHED)]);
    expect(failed.lockers[one]).toMatchObject({ end: 'failed', counted: false });
    expect(failed.holds).toEqual([]);
  });

  test('stopped on purpose, its link is moved without drain and verify', () => {
    const plan = planWith({}, { each: { [one]: { state: 'stopped', wanted: 'down', healthy: false } } });
    const linked = play(plan, [begin(), update({ kind: 'linked', ...moved, downMs: null })]);
    expect(linked.lockers[one]).toMatchObject({ end: 'updated', downMs: null });
  });

  test.each([
    ['skip', { end: 'skipped', counted: false }, []],
    ['proceed', { stage: 'updating' }, []],
    ['hold', { stage: 'waiting', cycle: 2 }, ['drain-timed-out']],
  ] as const)('never idle, under %s', (onTimeout, wanted, holds) => {
    const outcome: DrainOutcome = { kind: 'timed-out', waitedMs: 60_000, undone: onTimeout !== 'proceed', evidence: ['3 jobs'] };
    const progress = play(planWith({ drain: { onTimeout } }), [begin(), { kind: 'drain', ...at(), outcome }]);
    expect(progress.lockers[one]).toMatchObject(wanted);
    expect(progress.holds.map(({ reason }) => reason)).toEqual(holds);
  });

  test.each(['wait', 'kill'] as const)('stuck in its stop, only retryLocker %s goes on', (how) => {
    const plan = planWith({ stop: { onTimeout: 'hold' } });
    const stuck = play(plan, [begin(), drained(), update({ kind: 'stop-timed-out', waitedMs: 60_000, evidence: [] })]);
    expect(stuck.lockers[one]?.stage).toBe('stuck');
    expect(stuck.holds[0]).toMatchObject({ reason: 'stop-timed-out', locker: one, liftedBy: ['retryLocker'] });
    expect(play(plan, [{ kind: 'resume', ...person }], T0, stuck)).toEqual(stuck);
    const again = play(plan, [{ kind: 'retryLocker', ...person, locker: one, how }], T0, stuck);
    expect(again).toMatchObject({ holds: [], lockers: { [one]: { stage: 'updating', cycle: 2, retry: how } } });
  });
});

describe('holds', () => {
  const budget = planWith({ batches: [1, 'rest'], maxDown: 12, maxUnproven: 12, maxFailures: { canary: 0, total: 2 } });
  const canary = budget.batches[0]?.lockers[0] ?? one;
  const others = budget.batches[1]?.lockers ?? [];

  test('one failure of the canary holds, and resume acknowledges it', () => {
    const held = play(budget, failureOf(canary));
    expect(held.holds[0]).toMatchObject({
      reason: 'failures',
      sentence: `1 failure, allowed are 0 in the canary batch: ${canary}`,
    });
    expect(walk(budget, held)).toMatchObject({ state: 'held', begin: [] });
    const resumed = play(budget, [{ kind: 'resume', ...person }], T0, held);
    expect(resumed).toMatchObject({ holds: [], batch: 2, acknowledged: { canary: 1, total: 1 } });
  });

  test('the total is exceeded by the third failure, and counts on from there after resume', () => {
    const walked = play(budget, cycleOf(canary));
    const twice = play(budget, others.slice(0, 2).flatMap(failureOf), T0, walked);
    expect(twice.holds).toEqual([]);
    const three = play(budget, failureOf(others[2]), T0, twice);
    expect(three.holds[0]?.sentence).toContain('3 failures, allowed are 2 in all');
    const resumed = play(budget, [{ kind: 'resume', ...person }, ...others.slice(3, 5).flatMap(failureOf)], T0, three);
    expect(resumed.holds).toEqual([]);
    expect(play(budget, failureOf(others[5]), T0, resumed).holds[0]?.sentence).toContain('since the 3 acknowledged ones');
  });

  test('under onFailure continue it goes on, notes it, and can not succeed', () => {
    const plan = planWith({ onFailure: 'continue' }, { lockers: 2 });
    const done = play(plan, [...failureOf(one), ...cycleOf(two)]);
    expect(done.holds).toEqual([]);
    expect(done.notes[0]?.text).toContain('going on by policy');
    expect(decide(plan, done, T0)).toEqual({ kind: 'done', state: 'completed-with-exceptions' });
  });

  test('a batch of which all were skipped is no evidence', () => {
    const skipped: RolloutEvent = {
      kind: 'drain',
      ...at(canary),
      outcome: { kind: 'timed-out', waitedMs: 1, undone: true, evidence: [] },
    };
    const held = play(budget, [begin(canary), skipped]);
    expect(held.holds.map(({ reason }) => reason)).toEqual(['no-evidence']);
    expect(play(budget, [{ kind: 'resume', ...person }], T0, held)).toMatchObject({ batch: 2, holds: [] });
  });

  test('one of a kind is enough: a box that is gone holds once, whoever noticed it', () => {
    const gone = (locker: typeof one): RolloutEvent => ({ ...(fault('LinkLost', 'draining') as object), locker }) as RolloutEvent;
    const walked = play(budget, cycleOf(canary));
    const held = play(budget, [begin(others[0]), begin(others[1]), gone(others[0] ?? one), gone(others[1] ?? one)], T0, walked);
    expect(held.holds.map(({ reason }) => reason)).toEqual(['unreachable']);
  });

  test('a fence ends the rollout: what is in flight ends, the rest is skipped, it failed', () => {
    const ended = play(planWith(), [begin(), fault('Fenced', 'draining')]);
    expect(ended.lockers[one]?.end).toBe('failed');
    expect(ended.lockers[two]).toMatchObject({ end: 'skipped', reason: 'the rollout ended before its turn' });
    expect(decide(planWith(), ended, T0)).toEqual({ kind: 'done', state: 'failed' });
  });
});

describe('time', () => {
  const plan = aPlan({
    policy: { batches: [1, 'rest'], gates: 'canary', gateTimeout: '1h', soak: { canary: '30s', batch: '0s' } },
  });
  const [canary = one] = plan.batches[0]?.lockers ?? [];
  const tick: RolloutEvent = { kind: 'tick' };
  const soaking = play(plan, cycleOf(canary));

  test('the gate opens after the soak, not before', () => {
    expect(walk(plan, soaking).waitUntil).toBe(T0 + 30_000);
    expect(play(plan, [tick], T0 + 29_999, soaking).gate).toBeNull();
    const open = play(plan, [tick], T0 + 30_000, soaking);
    expect(open.gate).toEqual({ batch: 2, since: T0 + 30_000, opened: T0 + 30_000 });
    expect(walk(plan, open, T0 + 30_000)).toMatchObject({
      state: 'waiting-for-approval',
      begin: [],
      ask: { kind: 'approve', batch: 2 },
    });
  });

  test('clocks stop while it is paused', () => {
    const paused = play(plan, [{ kind: 'pause', ...person }], T0 + 10_000, soaking);
    expect(walk(plan, paused, T0 + 99_000)).toMatchObject({ state: 'paused', waitUntil: null });
    const resumed = play(plan, [{ kind: 'resume', ...person }], T0 + 110_000, paused);
    expect(walk(plan, resumed, T0 + 110_000).waitUntil).toBe(T0 + 130_000);
  });

  test('a timer that came late moves the deadline by as much', () => {
    const open = play(plan, [tick], T0 + 30_000, soaking);
    const due = T0 + 30_000 + 3_600_000;
    const late = play(plan, [{ kind: 'late', ms: 7_200_000 }], due + 7_200_000, open);
    expect(late.holds).toEqual([]);
    // Two hours late: the gate asks for its whole hour again. Ten minutes: for ten more.
    expect(walk(plan, late, due + 7_200_000).waitUntil).toBe(due + 7_200_000 + 3_600_000);
    const soon = play(plan, [{ kind: 'late', ms: 600_000 }], due + 600_000, open);
    expect(walk(plan, soon, due + 600_000).waitUntil).toBe(due + 1_200_000);
    expect(play(plan, [tick], due + 1_200_000, soon).holds[0]?.reason).toBe('gate-timeout');
  });

  test('nobody answers: it holds, approve and resume lift it', () => {
    const held = play(plan, [tick], T0 + 30_000 + 3_600_000, play(plan, [tick], T0 + 30_000, soaking));
    expect(held.holds[0]).toMatchObject({ reason: 'gate-timeout', sentence: 'Nobody answered for batch 2 within 1h' });
    const approved = play(plan, [{ kind: 'approve', ...person, batch: 2 }], T0 + 9_000_000, held);
    expect(approved).toMatchObject({
      holds: [],
      gate: null,
      batch: 2,
      approvals: [{ batch: 2, actor: 'ann', identity: 'claimed' }],
    });
    expect(play(plan, [{ kind: 'resume', ...person }], T0 + 9_000_000, held)).toMatchObject({
      holds: [],
      gate: { since: T0 + 9_000_000 },
    });
  });
});

describe('pause and abort', () => {
  const plan = planWith({ maxDown: 3 });
  const three = lockerName(3);
  const busy = play(plan, [begin(), begin(two), drained(two), begin(three), drained(three), update(SERVING, three)]);

  test.each(['pause', 'abort'] as const)('%s takes back what only drains and lets the others come up', (kind) => {
    const halted = play(plan, [{ kind, ...person }], T0, busy);
    expect(walk(plan, halted)).toMatchObject({ begin: [], recall: [one], state: kind === 'pause' ? 'paused' : 'settling' });
    const recalled = play(
      plan,
      [
        { kind: 'drain-cancelled', ...at() },
        { kind: 'undrain', ...at() },
      ],
      T0,
      halted,
    );
    expect(recalled.lockers[one]).toMatchObject({ stage: 'waiting', cycle: 2 });
    const idleAnyway = play(plan, [drained()], T0, halted);
    expect(idleAnyway.lockers[one]?.stage).toBe('undraining');
  });

  test('an aborted rollout ends when the last one in flight is up; the others were not touched', () => {
    const events: RolloutEvent[] = [
      { kind: 'abort', ...person },
      { kind: 'drain-cancelled', ...at() },
      { kind: 'undrain', ...at() },
    ];
    const rest = [update(SERVING, two), verify(HEALTHY, two), verify(HEALTHY, three)];
    const ended = play(plan, [...events, ...rest], T0, busy);
    expect(decide(plan, ended, T0)).toEqual({ kind: 'done', state: 'aborted' });
    expect(ended.lockers[one]).toMatchObject({ end: 'skipped', reason: 'aborted before its turn' });
    expect(ended.lockers[three]).toMatchObject({ end: 'updated' });
  });

  test('resume lifts a pause and leaves the hold that came meanwhile', () => {
    const failed = play(
      plan,
      [{ kind: 'pause', ...person }, update(CRASHED, two), restore(SERVING, two), verify(HEALTHY, two, 2)],
      T0,
      busy,
    );
    const once = play(plan, [{ kind: 'resume', ...person }], T0, failed);
    expect(once).toMatchObject({ pause: null, holds: [{ reason: 'failures' }], acknowledged: { total: 0 } });
    expect(play(plan, [{ kind: 'resume', ...person }], T0, once)).toMatchObject({ holds: [], acknowledged: { total: 1 } });
  });

  test('a locker that was sick and is on the release already is no success', () => {
    const there = aPlan({ lockers: 1, on: aPlan().release, each: { [one]: { healthy: false } } });
    expect(endStateOf(startProgress(there, T0))).toBe('completed-with-exceptions');
  });
});

describe('budgets of their own', () => {
  const batch2 = { batches: [1, 4, 'rest'], maxFailures: { batch: 1, total: 6 } } as const;

  test('a batch holds at its own limit, counts on from a resume, and the next batch counts anew', () => {
    const plan = planWith({ ...batch2, batches: [...batch2.batches], maxDown: 9, maxUnproven: 20 });
    const [b2, b3] = [plan.batches[1]?.lockers ?? [], plan.batches[2]?.lockers ?? []];
    const first = play(plan, [...cycleOf(), ...failureOf(b2[0] ?? one)]);
    expect(first.holds).toEqual([]);
    const second = play(plan, failureOf(b2[1] ?? one), T0, first);
    expect(second.holds.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('2 failures, allowed are 1 in batch 2'),
    ]);
    const on = play(plan, [{ kind: 'resume', ...person }, ...failureOf(b2[2] ?? one), ...cycleOf(b2[3])], T0, second);
    expect([on.holds, on.batch]).toEqual([[], 3]);
    expect(play(plan, failureOf(b3[0] ?? one), T0, on).holds).toEqual([]);
  });

  test('so many unreachable lockers are borne, and noted; one more holds', () => {
    const plan = planWith({ maxUnreachable: 1, maxDown: 9, maxUnproven: 20 });
    const lost = (locker: typeof one): RolloutEvent[] => [
      begin(locker),
      { ...(fault('BoxLost', 'draining') as Extract<RolloutEvent, { kind: 'fault' }>), locker },
    ];
    const borne = play(plan, lost(one));
    expect([borne.holds, borne.notes[0]?.text]).toEqual([[], expect.stringContaining('can not be reached')]);
    const held = play(plan, lost(two), T0, borne);
    expect(held.holds[0]?.sentence).toContain('More than 1 lockers can not be reached.');
    const resumed = play(plan, [{ kind: 'resume', ...person }, ...lost(lockerName(3))], T0, held);
    expect(resumed.holds).toEqual([]);
  });

  test('no locker comes to its end: it holds with the names, and a resume gives as long again', () => {
    const plan = planWith({ progressDeadline: '10m', maxDown: 2 });
    const busy = play(plan, [begin(one), begin(two)]);
    expect(walk(plan, busy).waitUntil).toBe(T0 + 600_000);
    const later = play(plan, [drained(), update(SERVING), verify(HEALTHY)], T0 + 300_000, busy);
    expect(walk(plan, later, T0 + 300_000).waitUntil).toBe(T0 + 900_000);
    const held = play(plan, [{ kind: 'tick' }], T0 + 900_000, later);
    expect(held.holds).toMatchObject([
      { reason: 'no-progress', sentence: expect.stringContaining(`in flight: ${two}`) as unknown },
    ]);
    const resumed = play(plan, [{ kind: 'resume', ...person }], T0 + 1_000_000, held);
    expect([resumed.holds, walk(plan, resumed, T0 + 1_000_000).waitUntil]).toEqual([[], T0 + 1_600_000]);
  });

  test('a time in which no workflow code ran does not count', () => {
    const plan = planWith({ progressDeadline: '10m' });
    const busy = play(plan, [begin()]);
    const late = play(plan, [{ kind: 'late', ms: 3_600_000 }, { kind: 'tick' }], T0 + 3_700_000, busy);
    expect([late.holds, walk(plan, late, T0 + 3_700_000).waitUntil]).toEqual([[], T0 + 4_300_000]);
  });

  test('nothing is due while it is paused, at a gate, or with nobody in flight', () => {
    const plan = planWith({ progressDeadline: '10m' });
    expect(walk(plan, startProgress(plan, T0)).waitUntil).toBeNull();
    expect(walk(plan, play(plan, [begin(), { kind: 'pause', ...person }])).waitUntil).toBeNull();
  });
});

const adjust = (rules: Adjustable): RolloutEvent => ({ kind: 'adjust', ...person, rules });

describe('steering', () => {
  const plan = planWith({ batches: [2, 3, 'rest'], soak: { canary: '10s', batch: '20s' }, maxDown: 2, gates: [2] });

  test('fewer may be down from here on, what is in flight goes on; the unproven follow where nobody wrote them', () => {
    const busy = play(plan, [begin(one), begin(two), adjust({ maxDown: 1 })]);
    expect(boxLoad(plan, busy)).toMatchObject({ down: 2, slots: 1, maxUnproven: 3 });
    expect(walk(plan, busy).begin).toEqual([]);
    const more = play(plan, [adjust({ maxDown: 5 })], T0, busy);
    expect(boxLoad(plan, more)).toMatchObject({ slots: 5, maxUnproven: 15 });
  });

  test('a soak is counted by the new rule at once', () => {
    const ended = play(plan, [...cycleOf(one), ...cycleOf(two)]);
    expect(walk(plan, ended).waitUntil).toBe(T0 + 10_000);
    expect(walk(plan, play(plan, [adjust({ soakMs: 60_000 })], T0, ended)).waitUntil).toBe(T0 + 60_000);
    expect(play(plan, [adjust({ soakMs: 0 })], T0, ended).batch).toBe(2);
  });

  test('gates to come are set and taken away, one that stands too', () => {
    const waiting = play(plan, [...cycleOf(one), ...cycleOf(two), adjust({ soakMs: 0, gates: [1] })]);
    expect([waiting.batch, waiting.gate]).toEqual([1, { batch: 2, since: T0, opened: T0 }]);
    const open = play(plan, [adjust({ gates: [] })], T0, waiting);
    expect([open.batch, open.gate, open.overlay?.number]).toEqual([2, null, 2]);
    expect(open.overlay?.rules).toEqual({ soakMs: 0, gates: [] });
  });

  test('an approval names the adjustment that was looked at', () => {
    const waiting = play(plan, [...cycleOf(one), ...cycleOf(two), adjust({ soakMs: 0, gates: [1] })]);
    const view: RolloutView = { box: plan.box, rollout: 'r', by: null, phase: 'walking', now: T0, plan, progress: waiting };
    const approve = { kind: 'approve', batch: 2, planDigest: plan.digest } as const;
    expect(mayDo(approve, view)).toContain('ann has adjusted the rules since (overlay 1)');
    expect(mayDo({ ...approve, overlay: 1 }, view)).toBeNull();
  });

  test.each([
    [{ maxDown: 13 }, 'more than the 12 lockers'],
    [{ gates: [3] }, 'would stand before nothing'],
    [{ gates: [0] }, 'is behind us'],
  ])('what can not be is refused: %j', (rules, why) => {
    const view: RolloutView = {
      box: plan.box,
      rollout: 'r',
      by: null,
      phase: 'walking',
      now: T0,
      plan,
      progress: startProgress(plan, T0),
    };
    expect(mayDo({ kind: 'adjust', rules }, view)).toContain(why);
  });

  test('one that waits is skipped with who and why, one in flight is not', () => {
    const skip = (locker: typeof one): RolloutEvent => ({ kind: 'skipLocker', actor: 'ann', reason: 'on holiday', locker });
    const skipped = play(plan, [begin(one), skip(one), skip(two)]);
    expect(skipped.lockers[one]?.stage).toBe('draining');
    expect(skipped.lockers[two]).toMatchObject({ end: 'skipped', reason: 'skipped by ann: on holiday', counted: false });
  });

  test('a pause lifts itself at its time, and the clocks have stood', () => {
    const soaking = play(plan, [...cycleOf(one), ...cycleOf(two)]);
    const paused = play(plan, [{ kind: 'pause', ...person, until: T0 + 3_600_000 }], T0 + 4_000, soaking);
    expect(walk(plan, paused).waitUntil).toBe(T0 + 3_600_000);
    const lifted = play(plan, [{ kind: 'tick' }], T0 + 3_600_000, paused);
    expect([lifted.pause, lifted.notes.at(-1)?.text]).toEqual([null, 'the pause came to its end']);
    // Six of its ten seconds were left.
    expect(walk(plan, lifted, T0 + 3_600_000).waitUntil).toBe(T0 + 3_606_000);
  });
});

test('nobody answers in time, and the policy says abort: it is aborted, never approved', () => {
  const plan = planWith({ batches: [1, 'rest'], gates: 'canary', gateTimeout: '1h', onGateTimeout: 'abort' });
  const waiting = play(plan, cycleOf());
  expect(waiting.gate).toEqual({ batch: 2, since: T0, opened: T0 });
  const late = play(plan, [{ kind: 'tick' }], T0 + 3_600_000, waiting);
  expect(late.abort).toEqual({ actor: 'the policy', reason: 'Nobody answered for batch 2 within 1h', at: T0 + 3_600_000 });
  expect([late.approvals, decide(plan, late, T0 + 3_600_000)]).toEqual([[], { kind: 'done', state: 'aborted' }]);
});

describe('windows', () => {
  const HOUR = 3_600_000;
  const windows = [
    { opens: T0 + HOUR, closes: T0 + 2 * HOUR },
    { opens: T0 + 24 * HOUR, closes: T0 + 25 * HOUR },
  ];
  const plan: Plan = { ...planWith({ maxDown: 2 }), windows };
  const fresh = startProgress(plan, T0);

  test('outside of them nothing begins, what is in flight comes to its end, and the next opening is waited for', () => {
    expect(walk(plan, fresh)).toMatchObject({ begin: [], waitUntil: T0 + HOUR, state: 'waiting-for-window' });
    expect(walk(plan, fresh, T0 + HOUR)).toMatchObject({ begin: [one, two], state: 'running' });
    const busy = play(plan, [begin(one)], T0 + HOUR);
    expect(walk(plan, busy, T0 + 2 * HOUR)).toMatchObject({
      begin: [],
      recall: [],
      waitUntil: T0 + 24 * HOUR,
      state: 'waiting-for-window',
    });
    const after = play(plan, cycleOf().slice(1), T0 + 2 * HOUR, busy);
    expect(after.lockers[one]?.end).toBe('updated');
    expect(walk(plan, after, T0 + 24 * HOUR).begin).toEqual([two, lockerName(3)]);
    expect(walk(plan, after, T0 + 26 * HOUR)).toMatchObject({ begin: [], waitUntil: null });
  });

  test('a way back waits for no window', () => {
    const busy = play(plan, cycleOf(), T0 + HOUR);
    const back = play(plan, [{ kind: 'rollBack', ...person }], T0 + 3 * HOUR, busy);
    expect(walk(plan, back, T0 + 3 * HOUR)).toMatchObject({ begin: [one], state: 'rolling-back' });
  });

  test('a pause is not cut short by an opening', () => {
    expect(walk(plan, play(plan, [{ kind: 'pause', ...person }])).waitUntil).toBeNull();
  });
});

test('a locker that is held out is skipped from the beginning, with its reason, and no rollout with one is a success', () => {
  const plan = planWith({}, { lockers: 2, heldOut: { 'locker-002': 'on holiday' } });
  const done = play(plan, cycleOf());
  expect(done.lockers[two]).toMatchObject({ end: 'skipped', reason: 'held out: on holiday' });
  expect(decide(plan, done, T0)).toEqual({ kind: 'done', state: 'completed-with-exceptions' });
  const back = play(plan, [...cycleOf(), { kind: 'rollBack', ...person }]);
  expect(back.lockers[two]?.end).toBe('skipped');
});

test('a reset lets a gate that stands open anew, and changes nothing else', () => {
  const plan = aPlan({ policy: { gates: 'canary', soak: { canary: '0s', batch: '0s' } } });
  const waiting: Progress = { ...startProgress(plan, T0), gate: { batch: 2, since: T0, opened: T0 } };
  const { notes, ...after } = fold(plan, waiting, { kind: 'reset' }, T0 + 5_000);
  expect(after).toMatchObject({ gate: { batch: 2, since: T0, opened: T0 + 5_000 }, approvals: waiting.approvals, holds: [] });
  expect(notes.map(({ text }) => text)).toEqual([expect.stringContaining('the gate before batch 2 asks anew')]);
});
