/** A migration that needs every locker halted: who comes up when, whatever happens. */
import * as fc from 'fast-check';
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { LockerName } from '../../../domain/model/ids';
import type { Plan } from '../../../domain/model/plan';
import type { LockerStage, Progress } from '../../../domain/model/progress';
import { mayDo } from '../../../domain/operator/permissions';
import { aManifest, aPlan, lockerName } from '../../support/builders';
import type { SeenOverrides } from '../../support/builders';
import { walkAtRandom } from '../../support/random-walk';
import type { Draw, Taken, Walked } from '../../support/random-walk';

const NOW = 1_000;
const barrier = aManifest({ id: 'shrink', when: 'all-halted' });
const person = { actor: 'ann', reason: null } as const;
const moved = { downMs: null, killed: false, fromVersion: 1, toVersion: 2 };
const plan = aPlan({ manifest: barrier, lockers: 2, policy: { gates: 'none', maxUnproven: 5 } });
const [one, two] = [lockerName(1), lockerName(2)];

const play = (events: readonly RolloutEvent[], from?: Progress): Progress =>
  events.reduce((progress, event) => fold(plan, progress, event, NOW), from ?? startProgress(plan, NOW));
const begin = (locker: LockerName): RolloutEvent => ({ kind: 'begin', locker });
const halted = (locker: LockerName): RolloutEvent => ({ kind: 'halt', locker, cycle: 1, outcome: { kind: 'stopped' } });
const started = (locker: LockerName): RolloutEvent => ({ kind: 'start', locker, cycle: 1, outcome: { kind: 'serving' } });
const linked = (locker: LockerName): RolloutEvent => ({
  kind: 'update',
  locker,
  cycle: 1,
  outcome: { kind: 'linked', ...moved },
});
const migrate: RolloutEvent = { kind: 'begin-migration', migration: 'shrink' };
const migrated = (done: boolean, cycle = 1): RolloutEvent => ({
  kind: 'migrated',
  migration: 'shrink',
  cycle,
  outcome: done ? { kind: 'done', how: 'ran', tookMs: 1 } : { kind: 'not-done', evidence: ['exit 4'] },
});
const undecided: RolloutEvent = {
  kind: 'migration-fault',
  migration: 'shrink',
  cycle: 1,
  fault: { code: 'MigrationUndecided', sentence: 'Nobody knows.', cure: 'Say so.', evidence: [] },
};
const stages = ({ lockers }: Progress) => [lockers[one]?.stage, lockers[two]?.stage];
const next = (progress: Progress) => {
  const decision = decide(plan, progress, NOW);
  if (decision.kind !== 'walk') throw new Error('it is done');
  return { begin: decision.begin, migrate: decision.migrate };
};
const ALL_HALTED = [begin(one), begin(two), halted(one), halted(two)];

test('everybody is halted and confirmed, it runs once, and all come up on the new release', () => {
  expect(next(play([]))).toEqual({ begin: [one, two], migrate: null });
  expect(next(play([begin(one), begin(two), halted(one)]))).toEqual({ begin: [], migrate: null });
  const ready = play(ALL_HALTED);
  expect(next(ready)).toEqual({ begin: [], migrate: 'shrink' });
  expect(next(play([migrate], ready))).toEqual({ begin: [], migrate: null });
  const done = play([migrate, migrated(true)], ready);
  expect(next(done)).toEqual({ begin: [one, two], migrate: null });
  const up = play([begin(one), linked(one)], done);
  expect(stages(up)).toEqual(['starting', 'halted']);
  expect(stages(play([started(one)], up))).toEqual(['verifying', 'halted']);
});

test('the start of many is throttled', () => {
  const many = aPlan({ manifest: barrier, lockers: 10, policy: { maxUnproven: 3 } });
  const names = many.lockers.map(({ name }) => name);
  const events = [...names.map(begin), ...names.map(halted), migrate, migrated(true)];
  const done = events.reduce((progress, event) => fold(many, progress, event, NOW), startProgress(many, NOW));
  expect(decide(many, done, NOW)).toMatchObject({ begin: names.slice(0, 3) });
});

test('a pause before it was begun brings everybody back up as he was; after resume all are halted anew', () => {
  const turned = play([...ALL_HALTED, { kind: 'pause', ...person }]);
  expect(next(turned)).toEqual({ begin: [one, two], migrate: null });
  const up = play([begin(one), begin(two), started(one), started(two)], turned);
  expect(stages(up)).toEqual(['waiting', 'waiting']);
  expect(up.turned).toBe(false);
  expect(next(up)).toEqual({ begin: [], migrate: null });
  expect(next(play([{ kind: 'resume', ...person }], up))).toEqual({ begin: [one, two], migrate: null });
});

test('what came to nothing holds, and all come back up on the old release', () => {
  const failed = play([...ALL_HALTED, migrate, migrated(false)]);
  expect(failed.holds).toMatchObject([{ reason: 'migration-failed' }]);
  expect(next(failed)).toEqual({ begin: [one, two], migrate: null });
  expect(stages(play([begin(one), begin(two)], failed))).toEqual(['starting', 'starting']);
});

test('undecided nobody comes up, not after an abort either; once it is settled they come up on the new release', () => {
  const open = play([...ALL_HALTED, migrate, undecided]);
  expect(next(open)).toEqual({ begin: [], migrate: null });
  const aborted = play([{ kind: 'abort', ...person }], open);
  expect(next(aborted)).toEqual({ begin: [], migrate: null });
  expect(aborted.holds).toHaveLength(1);
  const view = { box: plan.box, rollout: 'r', by: null, phase: 'walking', plan, progress: open, now: NOW } as const;
  expect(mayDo({ kind: 'rollBack' }, view)).toMatch(/Settle that first/);
  const asked = play([{ kind: 'resume', ...person }], aborted);
  expect(next(asked)).toEqual({ begin: [], migrate: 'shrink' });
  const done = play([migrate, migrated(true, 2)], asked);
  expect(next(done)).toEqual({ begin: [one, two], migrate: null });
});

test('a pause after it was begun keeps nobody down', () => {
  const done = play([...ALL_HALTED, migrate, { kind: 'pause', ...person }, migrated(true)]);
  expect(next(done)).toEqual({ begin: [one, two], migrate: null });
});

test('one that does not serve after it is failed and can not go back; the others come up', () => {
  const done = play([...ALL_HALTED, migrate, migrated(true), begin(one), linked(one)]);
  const dead = { kind: 'not-serving', evidence: ['exit 1'] } as const;
  const failed = play([{ kind: 'start', locker: one, cycle: 1, outcome: dead }], done);
  expect(failed.lockers[one]).toMatchObject({ end: 'failed', reason: expect.stringContaining('can not go back') as unknown });
  expect(next(failed).begin).toEqual([two]);
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
const KINDS: readonly SeenOverrides[] = [{}, {}, { healthy: false }, { state: 'stopped', wanted: 'down', healthy: false }];
const plans = fc
  .record({
    kinds: fc.array(fc.nat(KINDS.length - 1), { minLength: 1, maxLength: 8 }),
    reversible: fc.boolean(),
    before: fc.boolean(),
    second: fc.boolean(),
    stop: fc.constantFrom('kill' as const, 'hold' as const),
    onFailure: fc.constantFrom('hold' as const, 'roll-back' as const),
  })
  .map(({ kinds, reversible, before, second, stop, onFailure }) =>
    aPlan({
      lockers: kinds.length,
      each: (number) => KINDS[kinds[number - 1] ?? 0] ?? {},
      manifest: aManifest(
        ...(before ? [{ id: 'first' }] : []),
        { id: 'a', when: 'all-halted', reversible },
        ...(second ? [{ id: 'b', when: 'all-halted' } as const] : []),
      ),
      policy: {
        onFailure,
        stop: { onTimeout: stop },
        gates: 'none',
        soak: { canary: '0s', batch: '0s' },
        maxFailures: { total: 1 },
      },
    }),
  );
const stagesOf = (drawn: Plan, { migrations = {} }: Progress) =>
  (drawn.migrations ?? []).filter(({ when }) => when === 'all-halted').map(({ id }) => migrations[id]?.stage);
const ahead = (drawn: Plan, progress: Progress) => stagesOf(drawn, progress).some((stage) => stage !== 'done');
const begun = (drawn: Plan, progress: Progress) => stagesOf(drawn, progress).some((stage) => stage !== 'waiting');
const CONFIRMED: readonly (LockerStage | undefined)[] = ['halted', 'ended'];

const always = (check: (drawn: Plan, taken: Taken) => void, atEnd: (drawn: Plan, walked: Walked) => void = () => {}) =>
  fc.assert(
    fc.property(plans, fc.nat(), (drawn, seed) => {
      const walked = walkAtRandom(drawn, drawFrom(seed), (taken) => check(drawn, taken));
      expect(walked.decision.kind).toBe('done');
      atEnd(drawn, walked);
    }),
    { numRuns: 80 },
  );

describe('whatever the box, the people and the clock do', () => {
  test('it is begun only while every locker is confirmed halted, or has ended', () => {
    always((drawn, { event, before }) => {
      if (event.kind !== 'begin-migration' || event.migration === 'first') return;
      for (const { name } of drawn.lockers) expect(CONFIRMED).toContain(before.lockers[name]?.stage);
    });
  });

  test('from its begin until all are done no locker is told to come up; after that none comes up as it was', () => {
    always((drawn, { event, before }) => {
      if (event.kind !== 'begin' || before.lockers[event.locker]?.stage !== 'halted') return;
      if (begun(drawn, before)) expect(ahead(drawn, before)).toBe(false);
      if (!ahead(drawn, before)) expect(before.turned ?? false).toBe(false);
    });
  });

  test('in the end nobody is left halted, and none is left half way between two', () => {
    always(
      () => {},
      (drawn, { progress }) => {
        for (const { stage } of Object.values(progress.lockers)) expect(stage).toBe('ended');
        if (!progress.fault && begun(drawn, progress)) expect(ahead(drawn, progress)).toBe(false);
      },
    );
  });
});
