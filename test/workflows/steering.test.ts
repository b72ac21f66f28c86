/** Steering a rollout that runs: other rules, lockers left out, a pause with an end. */
import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { abort, adjust, approve, pause, resume, skipLocker } from '../../workflows/messages';
import { LockerName } from '../../domain/model/ids';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox, neverIdle } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const me = { actor: 'ann' };
const policy = { soak: { canary: '0s', batch: '0s' }, gates: 'canary', batches: [1, 5, 'rest'], maxDown: 1 } as const;

async function refusalOf(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  const [fault] = (cause instanceof ApplicationFailure ? cause.details : []) as [{ sentence: string }?];
  return fault?.sentence ?? `not refused: ${String(error)}`;
}
const waits = (handle: RolloutHandle) => until(handle, inState('waiting-for-approval'));

test('at a gate the rules are adjusted, a locker is left out, and the approval must name what was looked at', async () => {
  const plan = aPlan({ box: 'steer', policy: { ...policy, batches: [...policy.batches] } });
  const box = aFakeRolloutBox({ plan, stepMs: 30 });
  const handle = await world.start('steer', box);
  await waits(handle);
  const spared = LockerName.parse('locker-007');
  expect(await handle.executeUpdate(adjust, { args: [{ ...me, maxDown: 4, gates: [2] }] })).toContain('overlay 1');
  expect(await handle.executeUpdate(skipLocker, { args: [{ ...me, locker: spared, reason: 'on holiday' }] })).toContain(
    'is skipped',
  );
  // The gate before batch 2 was taken away by naming only the one after it.
  const second = await until(handle, ({ gate }) => gate?.batch === 3);
  expect(second.overlay).toMatchObject({ number: 1, rules: { maxDown: 4, gates: [2] } });
  const answer = { ...me, batch: 3, planDigest: plan.digest };
  expect(await refusalOf(handle.executeUpdate(approve, { args: [answer] }))).toContain('has adjusted the rules since');
  await handle.executeUpdate(approve, { args: [{ ...answer, overlay: 1 }] });
  const finished = await resultOf(handle);
  expect(finished).toMatchObject({ state: 'completed-with-exceptions', counts: { updated: 11, skipped: 1 } });
  expect(finished.exceptions).toEqual([{ locker: spared, end: 'skipped', reason: 'skipped by ann: on holiday' }]);
  expect(box.mostDown).toBeGreaterThan(1);
  expect(box.mostDown).toBeLessThanOrEqual(4);
});

test('what can not be adjusted is refused with a sentence', async () => {
  const plan = aPlan({ box: 'refuse', policy: { ...policy, batches: [...policy.batches] } });
  const handle = await world.start('refuse', aFakeRolloutBox({ plan }));
  await waits(handle);
  const asked = (rules: object) => refusalOf(handle.executeUpdate(adjust, { args: [{ ...me, ...rules }] }));
  expect(await asked({})).toContain('name what changes');
  expect(await asked({ maxDown: 0 })).toContain('from 1');
  expect(await asked({ maxDown: 99 })).toContain('more than the 12 lockers');
  expect(await asked({ gates: [3] })).toContain('would stand before nothing');
  expect(await refusalOf(handle.executeUpdate(pause, { args: [{ ...me, until: 'tomorrow' }] }))).toContain('a time such as');
  const past = { ...me, until: '2020-01-01T00:00:00Z' };
  expect(await refusalOf(handle.executeUpdate(pause, { args: [past] }))).toContain('a time to come');
  await handle.terminate('the test is over');
});

test('a pause until a time lifts itself', async () => {
  const plan = aPlan({ box: 'until', policy: { ...policy, gates: 'none', batches: ['rest'] } });
  const handle = await world.start('until', aFakeRolloutBox({ plan, stepMs: 50 }));
  await until(handle, ({ counts }) => counts.updated >= 1);
  const lifts = new Date(Date.now() + 4_000).toISOString();
  expect(await handle.executeUpdate(pause, { args: [{ ...me, until: lifts }] })).toContain('Paused until 20');
  expect((await until(handle, inState('paused'))).asks).toContain(' until 20');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 12 } });
});

test('outside of its windows nothing begins, and at the next opening it goes on by itself', async () => {
  const now = Date.now();
  const windows = [
    { opens: now - 60_000, closes: now + 3_000 },
    { opens: now + 8_000, closes: now + 3_600_000 },
  ];
  const plan = { ...aPlan({ box: 'windows', policy: { ...policy, gates: 'none', batches: ['rest'] } }), windows };
  const box = aFakeRolloutBox({ plan, stepMs: 250 });
  const handle = await world.start('windows', box);
  const closed = await until(handle, inState('waiting-for-window'));
  expect(closed.counts.updated).toBeLessThan(12);
  await until(handle, ({ lockers }) => lockers.every(({ stage }) => stage === 'waiting' || stage === 'ended'));
  const begun = box.calls.filter(({ activity }) => activity === 'updateLocker').length;
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 12 } });
  expect(begun).toBeLessThan(12);
});

test('no locker comes to its end: it holds at the deadline, a resume gives as long again, and an abort takes the drain back', async () => {
  const plan = aPlan({ box: 'stands', policy: { ...policy, gates: 'none', batches: [1, 'rest'], progressDeadline: '2s' } });
  const first = plan.batches[0]?.lockers[0] ?? '';
  const box = aFakeRolloutBox({ plan, drain: { [first]: neverIdle } });
  const handle = await world.start('stands', box);
  const held = await until(handle, inState('held'));
  expect(held.holds[0]?.sentence).toContain('No locker came to its end within 2s');
  await handle.executeUpdate(resume, { args: [me] });
  expect((await until(handle, inState('held'))).holds).toMatchObject([{ reason: 'no-progress' }]);
  await handle.executeUpdate(abort, { args: [me] });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { skipped: 12 } });
  expect(box.down.size).toBe(0);
});
