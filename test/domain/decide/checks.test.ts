/** Checks in a rollout: a fast one that fails, answers that are not clear, and the full set after the canary and at the end. */
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { CheckedLocker, CheckResult } from '../../../domain/model/check';
import type { LockerName } from '../../../domain/model/ids';
import type { VerifyOutcome } from '../../../domain/model/outcome';
import type { Plan } from '../../../domain/model/plan';
import type { CheckMoment, Progress } from '../../../domain/model/progress';
import { mayDo } from '../../../domain/operator/permissions';
import { aPlan, someChecks } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const NOW = 1_000_000;
const moved = { downMs: 40, killed: false, fromVersion: 1, toVersion: 2 };
const healthy: VerifyOutcome = { kind: 'healthy', build: 'b', tookMs: 5 };
const unclear: VerifyOutcome = {
  kind: 'inconclusive',
  evidence: ['self-check gives no clear answer (asked 3 times): no answer'],
};
const failed: VerifyOutcome = { kind: 'unhealthy', reason: 'check-failed', evidence: ['self-check fails (asked 3 times): 503'] };

const planFor = (more: PlanOptions = {}): Plan =>
  aPlan({
    lockers: 4,
    policy: {
      soak: { canary: '0s', batch: '0s' },
      gates: 'none',
      batches: [1, 'rest'],
      maxDown: 4,
      maxFailures: { canary: 0, total: 1 },
    },
    service: { drain: null, checks: someChecks() },
    ...more,
  });

/** Folds, one after the other; the time stands still. */
const walk = (plan: Plan, progress: Progress, ...events: RolloutEvent[]): Progress =>
  events.reduce((reached, event) => fold(plan, reached, event, NOW), progress);
const begun = (plan: Plan): Progress => walk(plan, startProgress(plan, NOW), { kind: 'tick' });
const oneUp = (locker: string, outcome: VerifyOutcome, cycle = 1): RolloutEvent[] => {
  const of = { locker: locker as LockerName, cycle };
  return [
    { kind: 'begin', locker: of.locker },
    { kind: 'update', ...of, outcome: { kind: 'serving', ...moved } },
    { kind: 'verify', ...of, outcome },
  ];
};
const canaryOf = (plan: Plan): LockerName => plan.batches[0]?.lockers[0] as LockerName;
const othersOf = (plan: Plan): readonly LockerName[] => plan.batches[1]?.lockers ?? [];
const result = (outcome: CheckResult['outcome'], name = 'deep'): CheckResult => ({
  name,
  outcome,
  detail: outcome === 'pass' ? null : 'status 503',
  asked: 3,
  tookMs: 1,
});
const checked = (moment: CheckMoment, lockers: readonly CheckedLocker[]): RolloutEvent => ({ kind: 'checked', moment, lockers });
const all = (names: readonly LockerName[], outcome: CheckResult['outcome'] = 'pass'): CheckedLocker[] =>
  names.map((locker) => ({ locker, checks: [result(outcome)] }));
const dueOf = (plan: Plan, progress: Progress) => {
  const decision = decide(plan, progress, NOW);
  return decision.kind === 'walk' ? (decision.check ?? null) : null;
};
const afterCanary = (plan: Plan): Progress => walk(plan, begun(plan), ...oneUp(canaryOf(plan), healthy));
const toTheEnd = (plan: Plan): Progress =>
  walk(
    plan,
    walk(plan, afterCanary(plan), checked('canary', all([canaryOf(plan)]))),
    ...othersOf(plan).flatMap((name) => oneUp(name, healthy)),
  );

describe('a fast check', () => {
  test('that fails is a failed verify: the locker is restored, and counts', () => {
    const plan = planFor();
    const canary = canaryOf(plan);
    const progress = walk(plan, begun(plan), ...oneUp(canary, failed));
    expect(progress.lockers[canary]).toMatchObject({
      stage: 'restoring',
      failure: expect.stringMatching(/^failed its checks: self-check fails/),
    });
    const back = walk(
      plan,
      progress,
      { kind: 'restore', locker: canary, cycle: 2, outcome: { kind: 'serving', ...moved } },
      { kind: 'verify', locker: canary, cycle: 2, outcome: healthy },
    );
    expect(back.lockers[canary]).toMatchObject({ end: 'restored', counted: true });
    expect(back.holds.map(({ reason }) => reason)).toEqual(['failures']);
  });

  test('without a clear answer holds, passes nothing and fails nothing; the locker stays up and takes no slot', () => {
    const plan = planFor();
    const canary = canaryOf(plan);
    const progress = walk(plan, begun(plan), ...oneUp(canary, unclear));
    expect(progress.lockers[canary]).toMatchObject({ stage: 'inconclusive', end: null, counted: false });
    expect(progress.holds).toMatchObject([
      { reason: 'inconclusive', locker: canary, liftedBy: ['resume', 'retryLocker', 'rollBack', 'abort'] },
    ]);
    expect(progress.holds[0]?.sentence).toContain('self-check gives no clear answer (asked 3 times)');
    expect(decide(plan, progress, NOW)).toMatchObject({ kind: 'walk', begin: [], state: 'held' });
  });

  test.each([
    ['resume', { kind: 'resume', actor: 'ann', reason: null }],
    ['retryLocker', { kind: 'retryLocker', actor: 'ann', reason: null, locker: 'locker-001' as LockerName, how: 'wait' }],
  ] as const)('is asked again by %s, in a new cycle', (_, message) => {
    const plan = planFor();
    const canary = canaryOf(plan);
    const held = walk(plan, begun(plan), ...oneUp(canary, unclear));
    const view = { box: plan.box, rollout: 'r', by: null, phase: 'walking', plan, progress: held, now: NOW } as const;
    expect(mayDo(message, view)).toBeNull();
    const again = walk(plan, held, message.kind === 'retryLocker' ? { ...message, locker: canary } : message);
    expect(again.lockers[canary]).toMatchObject({ stage: 'verifying', cycle: 2 });
    expect(again.holds).toEqual([]);
    expect(walk(plan, again, { kind: 'verify', locker: canary, cycle: 2, outcome: healthy }).lockers[canary]?.end).toBe(
      'updated',
    );
  });

  test.each(['abort', 'rollBack'] as const)('that nobody waits for: %s does not hang on it', (kind) => {
    const plan = planFor();
    const canary = canaryOf(plan);
    const left = walk(plan, begun(plan), ...oneUp(canary, unclear), { kind, actor: 'ann', reason: null });
    const at = left.lockers[canary];
    expect(left.holds).toEqual([]);
    if (kind === 'rollBack') expect(at).toMatchObject({ stage: 'waiting', back: true });
    else expect(at).toMatchObject({ end: 'updated', reason: 'is up on the release; its checks gave no clear answer' });
    if (kind === 'abort') expect(decide(plan, left, NOW)).toEqual({ kind: 'done', state: 'aborted' });
  });
});

describe('the full set', () => {
  test('is asked of the canary before the next batch begins, and of all at the end', () => {
    const plan = planFor();
    const canary = afterCanary(plan);
    expect(decide(plan, canary, NOW)).toMatchObject({ kind: 'walk', check: 'canary', begin: [], waitUntil: null });
    const passed = walk(plan, canary, checked('canary', all([canaryOf(plan)])));
    expect(decide(plan, passed, NOW)).toMatchObject({ begin: othersOf(plan) });
    const end = toTheEnd(plan);
    expect(dueOf(plan, end)).toBe('end');
    const done = walk(plan, end, checked('end', all(plan.lockers.map(({ name }) => name))));
    expect(decide(plan, done, NOW)).toEqual({ kind: 'done', state: 'succeeded' });
    expect(done.notes.map(({ text }) => text)).toEqual([
      'full checks after the canary: 1 of 1 passed',
      'full checks at the end: 4 of 4 passed',
    ]);
  });

  test('waits for the soak of the canary, and its gate waits for the set', () => {
    const plan = planFor({ policy: { soak: { canary: '30s' }, gates: 'canary', batches: [1, 'rest'] } });
    const canary = afterCanary(plan);
    expect(decide(plan, canary, NOW)).toMatchObject({ waitUntil: NOW + 30_000 });
    expect(dueOf(plan, canary)).toBeNull();
    const later = fold(plan, canary, { kind: 'tick' }, NOW + 30_000);
    expect(decide(plan, later, NOW + 30_000)).toMatchObject({ check: 'canary' });
    expect(later.gate).toBeNull();
    const passed = fold(plan, later, checked('canary', all([canaryOf(plan)])), NOW + 30_000);
    expect(passed.gate).toMatchObject({ batch: 2 });
  });

  test('that fails on the canary takes it back, counts, and holds', () => {
    const plan = planFor();
    const canary = canaryOf(plan);
    const bad = walk(plan, afterCanary(plan), checked('canary', all([canary], 'fail')));
    expect(bad.lockers[canary]).toMatchObject({ stage: 'waiting', back: true, end: null });
    expect(decide(plan, bad, NOW)).toMatchObject({ begin: [canary] });
    const back = walk(
      plan,
      bad,
      { kind: 'begin', locker: canary },
      { kind: 'restore', locker: canary, cycle: 2, outcome: { kind: 'serving', ...moved } },
      { kind: 'verify', locker: canary, cycle: 2, outcome: healthy },
    );
    expect(back.lockers[canary]).toMatchObject({
      end: 'restored',
      counted: true,
      reason: expect.stringMatching(/^failed the full checks: deep fails/),
    });
    expect(back.holds.map(({ reason }) => reason)).toEqual(['failures']);
    const resumed = walk(plan, back, { kind: 'resume', actor: 'ann', reason: null });
    expect(decide(plan, resumed, NOW)).toMatchObject({ begin: othersOf(plan) });
  });

  test('that fails at the end takes those back within the slots', () => {
    const plan = planFor({
      policy: { soak: { canary: '0s' }, gates: 'none', batches: [1, 'rest'], maxDown: 2, maxFailures: { total: 4 } },
    });
    const ended = othersOf(plan).flatMap((name) => oneUp(name, healthy));
    const up = walk(plan, walk(plan, afterCanary(plan), checked('canary', all([canaryOf(plan)]))), ...ended);
    const bad = walk(
      plan,
      up,
      checked(
        'end',
        all(
          plan.lockers.map(({ name }) => name),
          'fail',
        ),
      ),
    );
    expect(decide(plan, bad, NOW)).toMatchObject({ begin: plan.lockers.slice(0, 2).map(({ name }) => name) });
  });

  test('without a clear answer holds with figures, and is asked again by resume', () => {
    const plan = planFor();
    const end = toTheEnd(plan);
    const names = plan.lockers.map(({ name }) => name);
    const [first, ...rest] = names as [LockerName, ...LockerName[]];
    const held = walk(plan, end, checked('end', [...all([first], 'inconclusive'), ...all(rest)]));
    expect(held.holds).toMatchObject([{ reason: 'inconclusive', locker: null }]);
    expect(held.holds[0]?.sentence).toMatch(
      /at the end gave no clear answer \(3 of 4 passed, 0 failed\): locker-001: deep gives no clear answer/,
    );
    expect(dueOf(plan, held)).toBeNull();
    const resumed = walk(plan, held, { kind: 'resume', actor: 'ann', reason: null });
    expect(dueOf(plan, resumed)).toBe('end');
    expect(decide(plan, walk(plan, resumed, checked('end', all(names))), NOW)).toEqual({ kind: 'done', state: 'succeeded' });
  });

  test('that could not be asked holds likewise', () => {
    const plan = planFor();
    const fault = { code: 'BoxLost', sentence: 'lxc12 is away.', cure: 'Look at it.', evidence: [] };
    const held = walk(plan, afterCanary(plan), { kind: 'check-fault', moment: 'canary', fault });
    expect(held.holds).toMatchObject([
      { reason: 'inconclusive', sentence: 'The full checks could not be asked after the canary: lxc12 is away. Look at it' },
    ]);
  });

  test('is asked of nobody when the rollout is aborted or rolls back', () => {
    const plan = planFor();
    for (const kind of ['abort', 'rollBack'] as const)
      expect(dueOf(plan, walk(plan, afterCanary(plan), { kind, actor: 'ann', reason: null }))).toBeNull();
  });

  test('at the end is asked of the sample that the plan names', () => {
    const plan = planFor({ service: { drain: null, checks: { ...someChecks(), sample: 2 } } });
    expect(plan.checks?.sample).toHaveLength(2);
    const done = walk(plan, toTheEnd(plan), checked('end', all(plan.checks?.sample ?? [])));
    expect(decide(plan, done, NOW)).toEqual({ kind: 'done', state: 'succeeded' });
  });

  test('that sent a locker back lets it go forward again when it is tried again, and is asked of it at the end', () => {
    const plan = planFor({
      policy: { soak: { canary: '0s' }, gates: 'none', batches: [1, 'rest'], maxFailures: { canary: 1, total: 2 } },
    });
    const canary = canaryOf(plan);
    const back = walk(
      plan,
      walk(plan, afterCanary(plan), checked('canary', all([canary], 'fail'))),
      { kind: 'begin', locker: canary },
      { kind: 'restore', locker: canary, cycle: 2, outcome: { kind: 'serving', ...moved } },
      { kind: 'verify', locker: canary, cycle: 2, outcome: healthy },
      { kind: 'retryLocker', actor: 'ann', reason: null, locker: canary, how: 'wait' },
      { kind: 'begin', locker: canary },
    );
    expect(back.lockers[canary]).toMatchObject({ stage: 'updating', back: false, checkFailed: null });
    const again = walk(
      plan,
      back,
      ...oneUp(canary, healthy, 3).slice(1),
      ...othersOf(plan).flatMap((name) => oneUp(name, healthy)),
    );
    expect(dueOf(plan, again)).toBe('end');
  });

  test('told twice changes nothing more', () => {
    const plan = planFor();
    const event = checked('canary', all([canaryOf(plan)], 'fail'));
    const once = walk(plan, afterCanary(plan), event);
    expect(walk(plan, once, event)).toEqual(once);
  });
});

test('what failed before the rollout is no failure of it', () => {
  const plan = planFor();
  const canary = canaryOf(plan);
  const before = walk(plan, begun(plan), { kind: 'baseline', lockers: all([canary], 'fail') });
  expect(before.failedBefore).toEqual({ [canary]: ['deep'] });
  expect(before.notes.at(-1)?.text).toBe(`failed before the rollout and counts for nothing in it: ${canary} (deep)`);
  const passed = walk(plan, before, ...oneUp(canary, healthy), checked('canary', all([canary], 'fail')));
  expect(passed.lockers[canary]?.end).toBe('updated');
  expect(passed.holds).toEqual([]);
});

test('a service without checks never asks for them', () => {
  const plan = planFor({ service: { drain: null } });
  expect(plan.checks).toBeUndefined();
  expect(decide(plan, afterCanary(plan), NOW)).not.toHaveProperty('check');
});

test('what a resume acknowledged counts no more where the full checks open its batch again', () => {
  const plan = planFor({ policy: { soak: { canary: '0s', batch: '0s' }, gates: 'none', maxDown: 4, ...ONE_BATCH } });
  const [first, ...others] = (plan.batches[0]?.lockers ?? []) as [LockerName, ...LockerName[]];
  const restored: RolloutEvent[] = [
    ...oneUp(first, failed),
    { kind: 'restore', locker: first, cycle: 2, outcome: { kind: 'serving', ...moved } },
    { kind: 'verify', locker: first, cycle: 2, outcome: healthy },
  ];
  const held = walk(plan, begun(plan), ...restored);
  expect(held.holds).toMatchObject([{ reason: 'failures' }]);
  const person = { actor: 'ann', reason: null };
  const up = walk(plan, held, { kind: 'resume', ...person }, ...others.flatMap((name) => oneUp(name, healthy)));
  // The one batch is over; what is lifted here is a pause.
  const ended = walk(plan, up, { kind: 'pause', ...person }, { kind: 'resume', ...person });
  const again = walk(
    plan,
    ended,
    checked(
      'end',
      all(others, 'fail')
        .slice(0, 1)
        .concat(all(others.slice(1))),
    ),
  );
  expect(again.holds).toEqual([]);
  expect(again.lockers[others[0] as LockerName]).toMatchObject({ back: true });
});
const ONE_BATCH: PlanOptions['policy'] = { batches: ['rest'], maxFailures: { canary: 0, total: 0, batch: 0 } };
