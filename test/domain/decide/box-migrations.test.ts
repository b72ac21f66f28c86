import * as fc from 'fast-check';
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { Plan } from '../../../domain/model/plan';
import type { Progress, StepFault } from '../../../domain/model/progress';
import { mayDo } from '../../../domain/operator/permissions';
import { statusOf } from '../../../domain/operator/rollout-status';
import { aManifest, aPlan } from '../../support/builders';
import { walkAtRandom } from '../../support/random-walk';
import type { Draw, Taken } from '../../support/random-walk';

const NOW = 1_000;
const split = aManifest({ id: 'split' });
const final = aManifest({ id: 'split', reversible: false });
const moved = { downMs: 500, killed: false, fromVersion: 1, toVersion: 2 };

function after(plan: Plan, events: readonly RolloutEvent[]): Progress {
  const begun = fold(plan, startProgress(plan, NOW), { kind: 'tick' }, NOW);
  return events.reduce((progress, event) => fold(plan, progress, event, NOW), begun);
}
function next(plan: Plan, events: readonly RolloutEvent[]) {
  const decision = decide(plan, after(plan, events), NOW);
  return decision.kind === 'walk' ? decision : { ...decision, begin: [], migrate: null, ask: null };
}
const begin: RolloutEvent = { kind: 'begin-migration', migration: 'split' };
const outcome = (done: boolean, cycle = 1): RolloutEvent => ({
  kind: 'migrated',
  migration: 'split',
  cycle,
  outcome: done ? { kind: 'done', how: 'ran', tookMs: 1 } : { kind: 'not-done', evidence: ['exit 4'] },
});
const fault = (code: string, cycle = 1): RolloutEvent => ({
  kind: 'migration-fault',
  migration: 'split',
  cycle,
  fault: { code, sentence: `${code} happened.`, cure: 'Mend it.', evidence: [] } satisfies StepFault,
});
const approve: RolloutEvent = { kind: 'approve', batch: 1, actor: 'ann', reason: null };
const person = { actor: 'ann', reason: null } as const;

test('the migration that comes before the first locker begins alone, and the canary after it', () => {
  const plan = aPlan({ manifest: split });
  expect(next(plan, [])).toMatchObject({ migrate: 'split', begin: [] });
  expect(next(plan, [begin])).toMatchObject({ migrate: null, begin: [] });
  expect(next(plan, [begin, outcome(true)])).toMatchObject({ migrate: null, begin: [plan.batches[0]?.lockers[0]] });
});

test('skipping the canary passes neither the point of no return nor a migration that comes first', () => {
  const plan = aPlan({ manifest: final, policy: { gates: 'none', batches: [1, 'rest'], soak: { canary: '0s' } } });
  const [canary] = plan.batches[0]?.lockers ?? [];
  const skip: RolloutEvent = { kind: 'skipLocker', ...person, locker: canary as never };
  const skipped = [skip, { kind: 'resume', ...person } as const];
  expect(next(plan, skipped)).toMatchObject({ migrate: null, begin: [], state: 'waiting-for-approval' });
  expect(next(plan, [...skipped, approve])).toMatchObject({ migrate: 'split', begin: [] });
  expect(next(plan, [...skipped, approve, begin, outcome(true)])).toMatchObject({ begin: [plan.batches[1]?.lockers[0]] });
});

test('with the canary skipped while it runs nothing is waited for but its outcome', () => {
  const plan = aPlan({ manifest: split, policy: { gates: 'none', batches: [1, 'rest'], soak: { canary: '0s' } } });
  const skip: RolloutEvent = { kind: 'skipLocker', ...person, locker: plan.batches[0]?.lockers[0] as never };
  expect(next(plan, [begin, skip, { kind: 'resume', ...person }])).toMatchObject({ begin: [], migrate: null, waitUntil: null });
});

test('with everybody skipped, one who is tried again waits for what comes before the first', () => {
  for (const manifest of [split, final]) {
    const plan = aPlan({ lockers: 2, manifest, policy: { gates: 'none', batches: [1, 'rest'], soak: { canary: '0s' } } });
    const all = plan.lockers.map(({ name: locker }): RolloutEvent => ({ kind: 'skipLocker', ...person, locker }));
    const again: RolloutEvent = { kind: 'retryLocker', ...person, locker: plan.batches[1]?.lockers[0] as never, how: 'wait' };
    const tried = [...all, { kind: 'resume', ...person } as const, again, { kind: 'resume', ...person } as const];
    const first = manifest === final ? { state: 'waiting-for-approval', migrate: null } : { migrate: 'split' };
    expect(next(plan, tried)).toMatchObject({ begin: [], ...first });
  }
});

test('one that can not be undone waits for its own approval, and says so', () => {
  const plan = aPlan({ manifest: final, policy: { gates: 'none' } });
  expect(next(plan, [])).toMatchObject({
    migrate: null,
    begin: [],
    state: 'waiting-for-approval',
    ask: { kind: 'approve', batch: 1 },
  });
  expect(next(plan, [approve])).toMatchObject({ migrate: 'split', begin: [] });
  const view = { box: plan.box, rollout: 'r', by: null, phase: 'walking', plan, now: NOW } as const;
  const waiting = { ...view, progress: after(plan, []) };
  expect(statusOf(waiting)).toMatchObject({
    pointOfNoReturn: 'ahead',
    asks: expect.stringContaining('POINT OF NO RETURN') as unknown,
  });
  expect(statusOf({ ...view, progress: after(plan, [approve, begin]) })).toMatchObject({ pointOfNoReturn: 'passed' });
  // The answer is bound to the plan, as every other.
  const answer = { kind: 'approve', batch: 1, planDigest: plan.digest, actor: 'ann' } as const;
  expect(mayDo(answer, waiting)).toBeNull();
  expect(mayDo({ ...answer, planDigest: '0'.repeat(64) }, waiting)).toMatch(/Look at the plan again/);
  expect(mayDo(answer, { ...waiting, progress: after(plan, [approve]) })).not.toBeNull();
});

test('an adjustment of the gates takes no approval of the point of no return away', () => {
  const plan = aPlan({ manifest: final });
  const adjusted = after(plan, [{ kind: 'adjust', rules: { gates: [] }, ...person }]);
  expect(adjusted.gate).toMatchObject({ batch: 1 });
  expect(decide(plan, adjusted, NOW)).toMatchObject({ migrate: null, begin: [] });
});

test('what came to nothing holds; resume asks again under a token of its own', () => {
  const plan = aPlan({ manifest: split });
  const held = after(plan, [begin, outcome(false)]);
  expect(held.holds).toMatchObject([{ reason: 'migration-failed', liftedBy: ['resume', 'abort'] }]);
  expect(held.migrations).toEqual({ split: { stage: 'waiting', cycle: 2 } });
  expect(next(plan, [begin, outcome(false), { kind: 'resume', ...person }])).toMatchObject({ migrate: 'split', begin: [] });
});

test('what nobody knows holds and asks a person', () => {
  const plan = aPlan({ manifest: split });
  expect(after(plan, [begin, fault('MigrationUndecided')]).holds).toMatchObject([{ reason: 'migration-undecided' }]);
});

test('after a lost link it is asked again by the same token: it may be running', () => {
  const plan = aPlan({ manifest: split });
  const held = after(plan, [begin, fault('BoxLost')]);
  expect(held.holds).toHaveLength(1);
  expect(held.migrations).toEqual({ split: { stage: 'open', cycle: 1 } });
});

test('an abort waits for one that runs; a pause lets it come to its end and begins nothing', () => {
  const plan = aPlan({ manifest: split });
  const aborted = after(plan, [begin, { kind: 'abort', ...person }]);
  expect(decide(plan, aborted, NOW)).toMatchObject({ kind: 'walk', begin: [], migrate: null });
  expect(decide(plan, fold(plan, aborted, outcome(true), NOW), NOW)).toEqual({ kind: 'done', state: 'aborted' });
  expect(next(plan, [begin, { kind: 'pause', ...person }, outcome(true)])).toMatchObject({ begin: [], migrate: null });
});

test('the same outcome twice, or of another asking, changes nothing', () => {
  const plan = aPlan({ manifest: split });
  const once = after(plan, [begin, outcome(false)]);
  expect(fold(plan, once, outcome(false), NOW)).toEqual(once);
  expect(fold(plan, once, outcome(true), NOW)).toEqual(once);
});

const failing = (plan: Plan, first: readonly RolloutEvent[]) => {
  const locker = plan.batches[0]?.lockers[0] as never;
  const of = { locker, cycle: 1 };
  return after(plan, [
    ...first,
    { kind: 'begin', locker },
    { kind: 'drain', ...of, outcome: { kind: 'idle', waitedMs: 1 } },
    { kind: 'update', ...of, outcome: { kind: 'not-serving', ...moved, reason: 'crashed', evidence: [] } },
    { kind: 'restore', ...of, cycle: 2, outcome: { kind: 'serving', ...moved } },
    { kind: 'verify', ...of, cycle: 2, outcome: { kind: 'healthy', build: 'a', tookMs: 1 } },
  ]);
};

test('past the point of no return a used up budget holds, where the policy would roll back', () => {
  const policy = { onFailure: 'roll-back', maxFailures: { canary: 0, total: 0 } } as const;
  const held = failing(aPlan({ manifest: final, policy }), [approve, begin, outcome(true)]);
  expect(held.rollback).toBeNull();
  expect(held.holds).toMatchObject([
    { reason: 'failures', sentence: expect.stringContaining('migration split can not be undone') as unknown },
  ]);
  const back = failing(aPlan({ manifest: split, policy }), [begin, outcome(true)]);
  expect(back.rollback).not.toBeNull();
});

test('on the way back what can be undone is undone once nobody needs it any more', () => {
  const plan = aPlan({ manifest: split, lockers: 2 });
  const back = after(plan, [begin, outcome(true), { kind: 'rollBack', ...person }]);
  const decision = decide(plan, back, NOW);
  expect(decision).toMatchObject({ kind: 'walk', begin: [], migrate: 'split' });
  const undoing = fold(plan, back, begin, NOW);
  expect(undoing.migrations).toEqual({ split: { stage: 'undoing', cycle: 2 } });
  const undone = fold(plan, undoing, outcome(true, 2), NOW);
  expect(undone.migrations).toEqual({ split: { stage: 'undone', cycle: 2 } });
  expect(decide(plan, undone, NOW)).toEqual({ kind: 'done', state: 'rolled-back' });
});

test('where a locker stays on the new release its migration stays too', () => {
  const plan = aPlan({ manifest: split, lockers: 1 });
  const back = after(plan, [begin, outcome(true), { kind: 'rollBack', ...person }]);
  const [name = ''] = Object.keys(back.lockers);
  const at = back.lockers[name];
  const stayed = { ...back, lockers: { [name]: { ...at, stage: 'ended', end: 'failed' } } } as Progress;
  expect(decide(plan, stayed, NOW)).toEqual({ kind: 'done', state: 'rolled-back' });
});

const drawFrom = (seed: number): Draw => {
  let state = seed;
  return {
    number: (below) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    },
  };
};

const irreversible = ({ migrations = [] }: Plan) => migrations.filter(({ reversible }) => !reversible);

describe('whatever the box, the people and the clock do', () => {
  const plans = fc
    .record({
      lockers: fc.integer({ min: 1, max: 8 }),
      count: fc.integer({ min: 1, max: 3 }),
      reversible: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      onFailure: fc.constantFrom('hold' as const, 'roll-back' as const),
    })
    .map(({ lockers, count, reversible, onFailure }) =>
      aPlan({
        lockers,
        manifest: aManifest(
          ...['a', 'b', 'c'].slice(0, count).map((id, index) => ({ id, reversible: reversible[index] === true })),
        ),
        policy: { onFailure, gates: 'none', soak: { canary: '0s', batch: '0s' }, maxFailures: { canary: 0, total: 1 } },
      }),
    );
  const always = (check: (plan: Plan, taken: Taken) => void) =>
    fc.assert(
      fc.property(plans, fc.nat(), (plan, seed) => {
        const { decision } = walkAtRandom(plan, drawFrom(seed), (taken) => check(plan, taken));
        expect(decision.kind).toBe('done');
      }),
      { numRuns: 60 },
    );

  test('no locker begins before its migrations are done, and nothing irreversible before its approval', () => {
    always((plan, { event, before }) => {
      if (event.kind === 'begin' && !before.rollback) {
        for (const { id } of plan.migrations ?? []) expect(before.migrations?.[id]?.stage).toBe('done');
      }
      if (event.kind === 'begin-migration' && irreversible(plan).length > 0) {
        expect(before.approvals.some(({ batch }) => batch === 1)).toBe(true);
      }
    });
  });

  test('one that is done is never begun again; only what can be undone is undone, and at most once', () => {
    always((plan, { event, before, after: now }) => {
      if (event.kind !== 'begin-migration' || before === now) return;
      const at = before.migrations?.[event.migration]?.stage;
      expect(['waiting', 'open', 'done']).toContain(at);
      if (at !== 'done') return;
      expect(now.migrations?.[event.migration]?.stage).toBe('undoing');
      expect(before.rollback).not.toBeNull();
      expect(irreversible(plan).map(({ id }) => id)).not.toContain(event.migration);
    });
  });

  test('past the point of no return no policy rolls back', () => {
    always((plan, { before, after: now }) => {
      if (now.rollback?.actor !== 'the policy' || before.rollback) return;
      for (const { id } of irreversible(plan)) expect(before.migrations?.[id]?.stage).toBe('waiting');
    });
  });
});
