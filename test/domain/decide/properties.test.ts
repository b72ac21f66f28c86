/** What must hold in every rollout, whatever the box, the people and the clock do. */
import * as fc from 'fast-check';
import { boxLoad } from '../../../domain/decide/box-load';
import { isHalted } from '../../../domain/decide/change-progress';
import { countEnds, countFailures } from '../../../domain/decide/count-ends';
import type { Decision } from '../../../domain/decide/decision';
import { fold } from '../../../domain/decide/fold';
import type { Plan } from '../../../domain/model/plan';
import type { Progress } from '../../../domain/model/progress';
import { aPlan, aRelease, someChecks } from '../../support/builders';
import type { SeenOverrides } from '../../support/builders';
import { walkAtRandom } from '../../support/random-walk';
import type { Draw, Taken, Walked } from '../../support/random-walk';

/** A stream of numbers out of one seed (mulberry32), so that a failing walk can be walked again. */
function drawFrom(seed: number): Draw {
  let state = seed;
  return {
    number: (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    },
  };
}

const KINDS: readonly SeenOverrides[] = [
  {},
  {},
  {},
  { healthy: false, reportedBuild: null },
  { state: 'stopped', wanted: 'down', healthy: false },
  { on: aRelease() },
  { on: null, current: null },
];

const plans: fc.Arbitrary<Plan> = fc
  .record({
    kinds: fc.array(fc.nat(KINDS.length - 1), { minLength: 1, maxLength: 20 }),
    batches: fc.constantFrom([1, 5, 'rest'] as const, [2, '50%', 'rest'] as const, ['rest'] as const),
    maxDown: fc.integer({ min: 1, max: 6 }),
    maxUnproven: fc.integer({ min: 1, max: 9 }),
    onTimeout: fc.constantFrom('skip' as const, 'proceed' as const, 'hold' as const),
    stop: fc.constantFrom('kill' as const, 'hold' as const),
    gates: fc.constantFrom('none' as const, 'canary' as const, 'every' as const),
    total: fc.nat(4),
    batch: fc.option(fc.nat(2), { nil: undefined }),
    maxUnreachable: fc.nat(2),
    progressDeadline: fc.option(fc.constant('30s'), { nil: undefined }),
    onFailure: fc.constantFrom('hold' as const, 'continue' as const, 'roll-back' as const),
    rollbackMaxDown: fc.integer({ min: 1, max: 8 }),
    checks: fc.option(fc.constantFrom({}, { sample: 2 }), { nil: undefined }),
  })
  .map(({ kinds, batches, maxDown, maxUnproven, onTimeout, stop, gates, total, onFailure, rollbackMaxDown, ...more }) =>
    aPlan({
      lockers: kinds.length,
      each: (number) => KINDS[kinds[number - 1] ?? 0] ?? {},
      policy: {
        batches: [...batches],
        maxDown,
        maxUnproven,
        drain: { onTimeout },
        stop: { onTimeout: stop },
        gates,
        gateTimeout: '1h',
        soak: { canary: '30s', batch: '5s' },
        maxFailures: { canary: 0, total, ...(more.batch !== undefined && { batch: more.batch }) },
        maxUnreachable: more.maxUnreachable,
        ...(more.progressDeadline !== undefined && { progressDeadline: more.progressDeadline }),
        onFailure,
        rollbackMaxDown,
      },
      ...(more.checks && { service: { checks: { ...someChecks(), ...more.checks } } }),
    }),
  );

type Check = (plan: Plan, taken: Taken, decision: Decision) => void;
let steps = 0;

function always(check: Check, atEnd: (plan: Plan, walked: Walked) => void = () => {}, runs = 60): void {
  fc.assert(
    fc.property(plans, fc.integer(), (plan, seed) => {
      const walked = walkAtRandom(plan, drawFrom(seed), (taken, decision) => check(plan, taken, decision));
      steps += walked.steps;
      atEnd(plan, walked);
    }),
    { numRuns: runs },
  );
}
const begins = ({ event }: Taken) => event.kind === 'begin';

/** Counted from the plan and the stages alone, beside box-load.ts. */
function downOf(plan: Plan, { lockers }: Progress): number {
  const served = plan.lockers
    .filter(({ baseline }) => baseline === 'serving')
    .map(({ name }) => lockers[name]?.stage ?? 'waiting');
  return served.filter((stage) => !['waiting', 'verifying', 'inconclusive', 'ended'].includes(stage)).length;
}

const downLimit = ({ limits }: Plan, { rollback, overlay }: Progress): number =>
  overlay?.rules.maxDown ?? (rollback ? limits.rollbackMaxDown : limits.maxDown) ?? limits.maxDown;

test('no begin takes more lockers down than maxDown less those that do not serve anyway', () => {
  always((plan, taken) => {
    if (!begins(taken) || downOf(plan, taken.after) === downOf(plan, taken.before)) return;
    const sick = plan.lockers.filter(({ name, baseline }) => {
      const end = taken.before.lockers[name]?.end ?? null;
      return baseline === 'failing' && end !== 'updated' && end !== 'restored';
    });
    expect(downOf(plan, taken.after)).toBeLessThanOrEqual(Math.max(1, downLimit(plan, taken.before) - sick.length));
  });
});

test('no begin takes the box over its slots, and no moment has more unproven lockers than allowed', () => {
  always((plan, taken) => {
    const load = boxLoad(plan, taken.after);
    // One that was adjusted below what is in flight is kept by the begins from then on.
    if (!taken.after.overlay) expect(load.unproven).toBeLessThanOrEqual(load.maxUnproven);
    if (begins(taken)) expect(load.inFlight).toBeLessThanOrEqual(load.maxUnproven);
    const before = boxLoad(plan, taken.before);
    if (begins(taken) && load.down > before.down) expect(load.down).toBeLessThanOrEqual(load.slots);
  });
});

test('nothing begins while the rollout is held, paused, aborted or ended by a fault', () => {
  always((_plan, taken, decision) => {
    if (decision.kind === 'walk' && isHalted(taken.after)) expect(decision.begin).toEqual([]);
    if (begins(taken)) expect(isHalted(taken.before)).toBe(false);
  });
});

test('failures beyond the budget begin nothing, unless the policy says continue', () => {
  always((plan, { after }, decision) => {
    const { canary, total } = countFailures(plan, after);
    const beyond =
      total - after.acknowledged.total > plan.limits.totalFailures ||
      canary - after.acknowledged.canary > plan.limits.canaryFailures;
    if (beyond && decision.kind === 'walk' && !after.rollback) expect(decision.begin).toEqual([]);
    if (beyond && plan.policy.onFailure === 'roll-back' && !after.abort && !after.fault) expect(after.rollback).toBeTruthy();
    if (plan.policy.onFailure === 'continue') expect(after.holds.map(({ reason }) => reason)).not.toContain('failures');
  });
});

test('folding the same event of a step twice changes nothing more', () => {
  const ofSteps = ['checked', 'drain', 'drain-cancelled', 'undrain', 'update', 'verify', 'restore', 'fault', 'begin', 'tick'];
  always((plan, { after, event, now }) => {
    if (ofSteps.includes(event.kind)) expect(fold(plan, after, event, now)).toBe(after);
  });
});

test('a batch begins only after the former one has ended, and a gated one only when approved', () => {
  always((plan, { after, event }) => {
    // On its way back, by a roll-back or as the full checks failed on it, a locker keeps no order.
    if (event.kind !== 'begin' || after.lockers[event.locker]?.back === true) return;
    const batch = plan.batches.find(({ lockers }) => lockers.includes(event.locker));
    const former = plan.batches.filter(({ number }) => number < (batch?.number ?? 0)).flatMap(({ lockers }) => lockers);
    // One that is tried again, or that crashed after its end, holds up the next batch and no other locker of this one.
    const anew = (name: string) => after.lockers[name]?.former || after.lockers[name]?.failure?.includes('after it was updated');
    expect(former.filter((name) => after.lockers[name]?.stage !== 'ended' && !anew(name))).toEqual([]);
    if (batch?.gate && !after.overlay) expect(after.approvals.map((approval) => approval.batch)).toContain(batch.number);
  });
});

test('every rollout ends, every planned locker in exactly one end, and the counts sum to planned', () => {
  always(
    () => {},
    (plan, { progress, decision }) => {
      expect(decision.kind).toBe('done');
      const { planned, ...ends } = countEnds(progress);
      expect(planned).toBe(plan.lockers.length);
      expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(planned);
      const fine = ends.restored + ends.failed + ends.skipped + ends.unreachable === 0;
      if (decision.kind === 'done' && decision.state === 'succeeded') expect(fine).toBe(true);
    },
    120,
  );
});

test('a locker that has ended stays ended until it is tried again or crashes, and no cycle counts down', () => {
  always((plan, { before, after, event }) => {
    for (const { name, from } of plan.lockers) {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      const anew = (event.kind === 'retryLocker' || event.kind === 'crash-loop') && event.locker === name;
      // The full checks fail on one that came from nothing.
      const isFailed = event.kind === 'checked' && from === null && is?.end === 'failed';
      if (was?.stage === 'ended' && is?.back !== true && !anew && !isFailed) expect(is?.end).toBe(was.end);
      expect(is?.cycle).toBeGreaterThanOrEqual(was?.cycle ?? 0);
    }
  });
});

test('a roll-back begins what it changed and nothing else, each locker once', () => {
  always((plan, { before, after, event }) => {
    if (!before.rollback || event.kind !== 'begin') return;
    expect(after.lockers[event.locker]?.back).toBe(true);
    expect(plan.lockers.find(({ name }) => name === event.locker)?.from).not.toBeNull();
  });
  always((plan, { before, after, event }) => {
    for (const { name } of plan.lockers) {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      // Turned around: only what the rollout had changed, or may have; and never back again.
      if (was?.back !== true && is?.back === true && was?.stage === 'ended')
        expect(['updated', 'unreachable']).toContain(was.end);
      // One that the checks had sent back goes forward again where a person has it tried again.
      if (was?.back === true && event.kind !== 'retryLocker') expect(is?.back).toBe(true);
      if (was?.back === true && was.stage === 'ended' && event.kind !== 'retryLocker') expect(is).toBe(was);
    }
  });
});

test('after a roll-back nobody is left on the new release without a reason, and it is called rolled back', () => {
  let rolledBack = 0;
  always(
    () => {},
    (_plan, { progress, decision }) => {
      if (!progress.rollback || progress.abort || progress.fault) return;
      rolledBack += 1;
      expect(decision).toEqual({ kind: 'done', state: 'rolled-back' });
      const left = Object.values(progress.lockers).filter(({ end, reason }) => end === 'updated' && reason === null);
      expect(left).toEqual([]);
    },
    200,
  );
  expect(rolledBack).toBeGreaterThan(5);
});

test('an acknowledged failure is one that still counts, each of them once, whatever is tried again', () => {
  always((plan, { after }) => {
    const { total, canary, unreachable = 0, lockers = [] } = after.acknowledged;
    const counted = lockers.filter((name) => after.lockers[name]?.counted);
    // The roll-back takes what it turns around off the count; nothing is budgeted then.
    if (after.rollback) return;
    expect(new Set(lockers).size).toBe(lockers.length);
    expect(total).toBe(counted.length);
    expect(canary).toBe(counted.filter((name) => plan.batches[0]?.lockers.includes(name)).length);
    expect(unreachable).toBe(lockers.filter((name) => after.lockers[name]?.end === 'unreachable').length);
  });
});

afterAll(() => {
  // The walks above are worth what they are long.
  expect(steps).toBeGreaterThan(10_000);
});
