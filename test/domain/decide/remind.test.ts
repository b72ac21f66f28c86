/** Reminders of a gate that nobody answers: when, how often, and what silences them. */
import * as fc from 'fast-check';
import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import { reminderDueAt } from '../../../domain/decide/remind';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { Plan } from '../../../domain/model/plan';
import type { Progress } from '../../../domain/model/progress';
import { aPlan, lockerName } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const T0 = 1_000_000;
const HOUR = 3_600_000;
const person = { actor: 'ann', reason: null };
const TICK: RolloutEvent = { kind: 'tick' };

const planWith = (policy: PlanOptions['policy'] = {}): Plan =>
  aPlan({ policy: { soak: { canary: '0s', batch: '0s' }, gates: 'canary', gateTimeout: '24h', remindEvery: '4h', ...policy } });

/** The canary is updated, and batch 2 waits since T0. */
function gated(plan: Plan): Progress {
  const [locker = lockerName(1)] = plan.batches[0]?.lockers ?? [];
  const at = { locker, cycle: 1 };
  const moved = { downMs: 1, killed: false, fromVersion: 1, toVersion: 2 };
  const events: RolloutEvent[] = [
    { kind: 'begin', locker },
    { kind: 'drain', ...at, outcome: { kind: 'idle', waitedMs: 1 } },
    { kind: 'update', ...at, outcome: { kind: 'serving', ...moved } },
    { kind: 'verify', ...at, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
  ];
  const progress = events.reduce((p, event) => fold(plan, p, event, T0), startProgress(plan, T0));
  expect(progress.gate).toEqual({ batch: 2, since: T0, opened: T0 });
  return progress;
}
/** As the workflow walks: to each time that the decider asks for, until `end`. */
function walkTo(plan: Plan, from: Progress, start: number, end: number): { progress: Progress; woken: number } {
  let progress = from;
  let now = start;
  for (let woken = 0; ; woken += 1) {
    progress = fold(plan, progress, TICK, now);
    const decision = decide(plan, progress, now);
    const next = decision.kind === 'walk' ? decision.waitUntil : null;
    if (next === null || next > end) return { progress: fold(plan, progress, TICK, end), woken };
    expect(next).toBeGreaterThan(now);
    now = next;
  }
}
const notesOf = ({ notes }: Progress) => notes.map(({ text }) => text).filter((text) => text.includes('has waited'));

test('every four hours by default, in one note that is replaced', () => {
  const plan = aPlan({ policy: { soak: { canary: '0s', batch: '0s' }, gates: 'canary' } });
  const { progress, woken } = walkTo(plan, gated(plan), T0, T0 + 9 * HOUR);
  expect(woken).toBe(2);
  expect(progress.gate).toEqual({ batch: 2, since: T0, opened: T0, reminders: 2, remindedAt: T0 + 8 * HOUR });
  expect(notesOf(progress)).toEqual(['batch 2 has waited for an approval for 8h: nobody has answered yet']);
});

test('nobody answered in time: it holds, and goes on reminding for days', () => {
  const plan = planWith({ gateTimeout: '6h' });
  const { progress, woken } = walkTo(plan, gated(plan), T0, T0 + 72 * HOUR);
  expect(progress.holds.map(({ reason }) => reason)).toEqual(['gate-timeout']);
  expect(progress.gate).toMatchObject({ reminders: 18, remindedAt: T0 + 72 * HOUR });
  // 18 reminders and the timeout.
  expect(woken).toBe(19);
  expect(notesOf(progress)).toHaveLength(1);
});

test.each<[string, PlanOptions['policy'], readonly RolloutEvent[]]>([
  ['switched off', { remindEvery: null }, []],
  ['aborted by policy', { gateTimeout: '1h', onGateTimeout: 'abort' }, []],
  ['approved', {}, [{ kind: 'approve', ...person, batch: 2 }]],
  ['rejected: that is an answer', {}, [{ kind: 'reject', ...person, batch: 2 }]],
  ['paused', {}, [{ kind: 'pause', ...person }]],
  ['aborted', {}, [{ kind: 'abort', ...person }]],
  ['rolled back', {}, [{ kind: 'rollBack', ...person }]],
])('no reminder: %s', (_what, policy, events) => {
  const plan = planWith(policy);
  const answered = events.reduce((p, event) => fold(plan, p, event, T0), gated(plan));
  expect(notesOf(walkTo(plan, answered, T0, T0 + 48 * HOUR).progress)).toEqual([]);
});

test('clocks stop in a pause', () => {
  const plan = planWith();
  const paused = fold(plan, gated(plan), { kind: 'pause', ...person }, T0 + 3 * HOUR);
  const resumed = fold(
    plan,
    walkTo(plan, paused, T0 + 3 * HOUR, T0 + 20 * HOUR).progress,
    { kind: 'resume', ...person },
    T0 + 20 * HOUR,
  );
  expect(notesOf(resumed)).toEqual([]);
  expect(reminderDueAt(plan, resumed)).toBe(T0 + 21 * HOUR);
});

test('a resume that asks once more counts anew', () => {
  const plan = planWith({ gateTimeout: '6h' });
  const held = walkTo(plan, gated(plan), T0, T0 + 9 * HOUR).progress;
  const again = fold(plan, held, { kind: 'resume', ...person }, T0 + 10 * HOUR);
  expect(again.gate).toEqual({ batch: 2, since: T0 + 10 * HOUR, opened: T0 });
  expect(reminderDueAt(plan, again)).toBe(T0 + 14 * HOUR);
});

test('a plan of an earlier version reminds nobody', () => {
  const plan = planWith();
  const { remindEveryMs: _later, ...policy } = plan.policy;
  expect(walkTo({ ...plan, policy }, gated(plan), T0, T0 + 23 * HOUR).woken).toBe(0);
});

test('whenever it is asked and however often, there is one reminder for the times that went by, and time alone approves nothing', () => {
  const plan = planWith({ gateTimeout: '10h' });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 * HOUR }), { maxLength: 12 }), (waits) => {
      let now = T0;
      let progress = gated(plan);
      for (const wait of waits) {
        now += wait;
        progress = fold(plan, progress, TICK, now);
        expect(fold(plan, progress, TICK, now)).toEqual(progress);
        expect(progress.gate?.reminders ?? 0).toBe(Math.floor((now - T0) / (4 * HOUR)));
        expect(notesOf(progress).length).toBe(progress.gate?.reminders === undefined ? 0 : 1);
        expect(progress.approvals).toEqual([]);
        expect(reminderDueAt(plan, progress)).toBeGreaterThan(now);
      }
    }),
  );
});
