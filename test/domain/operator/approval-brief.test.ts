/** What an approver sees: in words as goldens, in numbers as they are decided by. */
import * as fc from 'fast-check';
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { Plan } from '../../../domain/model/plan';
import type { Progress } from '../../../domain/model/progress';
import { briefOf } from '../../../domain/operator/approval-brief';
import type { ApprovalBrief } from '../../../domain/operator/approval-brief';
import { renderBrief } from '../../../domain/operator/render-brief';
import { renderStatusMarkdown } from '../../../domain/operator/render-status';
import { statusOf } from '../../../domain/operator/rollout-status';
import type { RolloutView } from '../../../domain/operator/rollout-view';
import { aManifest, aPlan, aRelease, lockerName } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';
import { expectGolden } from '../../support/golden';
import { walkAtRandom } from '../../support/random-walk';

const T0 = Date.parse('2026-11-20T10:00:00.000Z');
const soak = { canary: '0s', batch: '0s' };
const viewOf = (plan: Plan, progress: Progress, more: Partial<RolloutView> = {}): RolloutView => ({
  box: plan.box,
  rollout: '11111111-1111-4111-8111-111111111111',
  by: 'ann@desk',
  phase: 'walking',
  plan,
  progress,
  now: T0,
  ...more,
});
const moved = { downMs: 1_240, killed: false, fromVersion: 1, toVersion: 2 };
const updated = (locker: ReturnType<typeof lockerName>, more: Partial<typeof moved> = {}): RolloutEvent[] => [
  { kind: 'begin', locker },
  { kind: 'drain', locker, cycle: 1, outcome: { kind: 'idle', waitedMs: 1 } },
  { kind: 'update', locker, cycle: 1, outcome: { kind: 'serving', ...moved, ...more } },
  { kind: 'verify', locker, cycle: 1, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
];
const restored = (locker: ReturnType<typeof lockerName>): RolloutEvent[] => [
  ...updated(locker).slice(0, 3),
  { kind: 'verify', locker, cycle: 1, outcome: { kind: 'unhealthy', reason: 'wrong-build', evidence: ['it reports 99-gold'] } },
  { kind: 'restore', locker, cycle: 2, outcome: { kind: 'serving', ...moved } },
  { kind: 'verify', locker, cycle: 2, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
];
const play = (plan: Plan, events: readonly RolloutEvent[]): Progress =>
  events.reduce((progress, event) => fold(plan, progress, event, T0), startProgress(plan, T0));
function briefAt(options: PlanOptions, events: (plan: Plan) => readonly RolloutEvent[], more: Partial<RolloutView> = {}) {
  const plan = aPlan({ ...options, policy: { soak, ...options.policy } });
  const view = viewOf(plan, play(plan, events(plan)), more);
  const brief = briefOf(view);
  if (brief === null) throw new Error('nobody is asked');
  return { brief, view };
}
const canaryOf = (plan: Plan) => plan.batches[0]?.lockers[0] ?? lockerName(1);
const changes = {
  code: ['4eef65 Answer sooner when the queue is long', 'b01dface Keep the scheduler’s order'],
  config: ['77aa01 Raise the upload limit'],
};

const STORIES = {
  canary: () => briefAt({ changes }, (plan) => updated(canaryOf(plan))).brief,
  'bad-night': () =>
    briefAt(
      {
        lockers: 60,
        changes,
        each: { [lockerName(40)]: { on: null, current: null }, [lockerName(41)]: { on: aRelease('older') } },
        policy: {
          gates: 'every',
          batches: [4, 10, 'rest'],
          maxDown: 5,
          maxFailures: { canary: 3, total: 4 },
          onFailure: 'roll-back',
          approvers: ['ann', 'bob'],
          fourEyes: true,
          identity: 'proven',
        },
      },
      (plan) => {
        const [one, two, three, four] = plan.batches[0]?.lockers ?? [];
        return [
          ...updated(one ?? canaryOf(plan)),
          ...updated(two ?? canaryOf(plan), { killed: true, downMs: 61_000 }),
          ...restored(three ?? canaryOf(plan)),
          ...updated(four ?? canaryOf(plan)),
          { kind: 'adjust', actor: 'cleo@desk', reason: null, rules: { maxDown: 2 } },
        ];
      },
      { why: 'the fix for the queue', overrides: ['ann@desk overrode the freeze: it is the fix'] },
    ).brief,
  'no-return': () =>
    briefAt(
      {
        changes,
        manifest: aManifest({ id: '2026-11-index', reversible: true }, { id: '2026-11-split-jobs', reversible: false }),
        each: { [lockerName(1)]: { on: null, current: null } },
      },
      () => [{ kind: 'tick' }],
    ).brief,
} satisfies Record<string, () => ApprovalBrief>;

test.each(Object.entries(STORIES))('the brief of %s, as people read it', (name, story) => {
  const brief = story();
  expectGolden(`brief-${name}.txt`, renderBrief(brief, { style: 'text' }));
  expectGolden(`brief-${name}.md`, renderBrief(brief, { style: 'markdown' }));
});

test('the numbers are those that the decider keeps', () => {
  const { next, health } = STORIES['bad-night']();
  expect(next).toMatchObject({ batch: 2, of: 3, atOnce: 2, stopsAt: 5, seconds: null, asksAgain: 3 });
  expect(health).toMatchObject({ failures: 1, undoable: 3, downMs: { longest: 61_000 } });
});

test('without an answer to wait for there is none', () => {
  const plan = aPlan({ policy: { soak, gates: 'canary' } });
  expect(briefOf(viewOf(plan, startProgress(plan, T0)))).toBeNull();
  expect(briefOf(viewOf(plan, startProgress(plan, T0), { plan: null, progress: null, phase: 'planning' }))).toBeNull();
});

test('whatever happened, a brief names the batch that is asked about and never promises more than the box may bear', () => {
  const plan = aPlan({ lockers: 8, policy: { soak, gates: 'every', batches: [1, 2, 3], maxDown: 2 } });
  let briefs = 0;
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(1_000_000)), (stream) => {
      const draw = { number: (below: number) => (stream.next().value as number) % below };
      walkAtRandom(plan, draw, ({ after, now }) => {
        const brief = briefOf(viewOf(plan, after, { now }));
        expect(brief === null).toBe(after.gate === null);
        if (brief === null) return;
        briefs += 1;
        expect(brief.next.batch).toBe(after.gate?.batch);
        const opened = fold(plan, after, { kind: 'approve', actor: 'bob', reason: null, batch: brief.next.batch }, now);
        const decision = decide(plan, opened, now);
        const begun = decision.kind === 'walk' ? decision.begin.length : 0;
        expect(begun).toBeLessThanOrEqual(brief.next.atOnce);
        for (const style of ['text', 'markdown'] as const)
          expect(renderBrief(brief, { style })).not.toMatch(/undefined|NaN|null/);
      });
    }),
    { numRuns: 25 },
  );
  expect(briefs).toBeGreaterThan(20);
});

test('the page of the Temporal Web UI has it too, and stays below 20 kB with 300 lockers in trouble', () => {
  const long = Array.from({ length: 400 }, (_, i) => `${i} ${'|*_`☂'.repeat(60)}`);
  const { view } = briefAt(
    {
      lockers: 300,
      changes: { code: long, config: long },
      policy: { batches: [280, 'rest'], maxDown: 280, maxFailures: { canary: 280, total: 280 }, maxUnproven: 300 },
    },
    (plan) => (plan.batches[0]?.lockers ?? []).flatMap(restored),
  );
  const page = renderStatusMarkdown(statusOf(view), briefOf(view));
  expect(Buffer.byteLength(page)).toBeLessThanOrEqual(20_000);
  expect(page).toContain('**Next**');
});

test('a commit subject can forge no line of it', () => {
  const { brief } = briefAt({ changes: { code: ['x\u001b[31m\nWay back  all fine'], config: [] } }, (plan) =>
    updated(canaryOf(plan)),
  );
  const lines = renderBrief(brief, { style: 'text' }).split('\n');
  expect(lines.some((line) => line.includes('\u001b'))).toBe(false);
  expect(lines.filter((line) => line.startsWith('  Way back'))).toHaveLength(1);
});
