/** The way back: by policy, by a person from every state in which he may, and after the end. */
import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Plan } from '../../domain/model/plan';
import type { Finished } from '../../domain/model/status';
import { rollBack, pause, resume, status, walked } from '../../workflows/messages';
import type { Undo } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { CRASHED, UNHEALTHY, aFakeRolloutBox } from '../support/fake-rollout-box';
import type { FakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const me = { actor: 'ann', reason: 'owners complain' };
const quick = { soak: { canary: '0s', batch: '0s' }, gates: 'none' } as const;
const planFor = (box: string, policy: PlanOptions['policy'] = {}) => aPlan({ box, policy: { ...quick, ...policy } });
const restored = (box: FakeRolloutBox) => box.calls.filter(({ activity }) => activity === 'restoreLocker');
const endsOf = ({ exceptions }: Finished) =>
  new Map(exceptions.map(({ locker, end, reason }) => [String(locker), { end, reason }]));

test('by policy: one failure too many, and every locker that was changed goes back, each once', async () => {
  const plan = planFor('back-policy', { onFailure: 'roll-back', batches: [4, 'rest'], maxDown: 2 });
  const box = aFakeRolloutBox({ plan, verify: { 'locker-006': once(UNHEALTHY) } });
  const finished = await resultOf(await world.start('back-policy', box));
  expect(finished.state).toBe('rolled-back');
  const ends = endsOf(finished);
  for (const name of ['locker-001', 'locker-002', 'locker-003', 'locker-004'])
    expect(ends.get(name)).toEqual({
      end: 'restored',
      reason: expect.stringContaining('rolled back by the policy: 1 failure') as unknown,
    });
  // Its own failure brought it back before.
  expect(ends.get('locker-006')?.reason).toContain('reports another build');
  expect(finished.counts.updated).toBe(0);
  expect(new Set(restored(box).map(({ locker }) => locker)).size).toBe(restored(box).length);
  expect(box.lease).toBeNull();
});

/** Only the first proof goes wrong: the restored version serves. */
function once<T>(outcome: T): () => T | Promise<T> {
  let asked = 0;
  return () => (asked++ === 0 ? outcome : ({ kind: 'healthy', build: '100-gold', tookMs: 5 } as T));
}

test('from a hold: what was changed goes back, what is to come is skipped, what was restored is left alone', async () => {
  const plan = planFor('back-held', { batches: [3, 'rest'] });
  const box = aFakeRolloutBox({ plan, update: { 'locker-005': () => CRASHED } });
  const handle = await world.start('back-held', box);
  expect((await until(handle, inState('held'))).asks).toContain('roll-back --box back-held');
  await handle.executeUpdate(rollBack, { args: [me] });
  const finished = await resultOf(handle);
  expect(finished.state).toBe('rolled-back');
  const ends = endsOf(finished);
  expect(ends.get('locker-001')).toEqual({ end: 'restored', reason: 'rolled back by ann: owners complain' });
  expect(ends.get('locker-005')?.reason).toContain('crashed after its start');
  expect(finished.counts.updated).toBe(0);
  expect(finished.counts.restored + finished.counts.skipped).toBe(12);
});

test('from a pause, and paused again on the way: nothing begins until it is resumed', async () => {
  const plan = planFor('back-paused', { batches: [6, 'rest'], rollbackMaxDown: 1 });
  const box = aFakeRolloutBox({ plan, stepMs: 60 });
  const handle = await world.start('back-paused', box);
  await until(handle, ({ counts }) => counts.updated >= 2);
  await handle.executeUpdate(pause, { args: [me] });
  await until(handle, ({ lockers }) => lockers.every(({ stage }) => stage === 'waiting' || stage === 'ended'));
  await handle.executeUpdate(rollBack, { args: [me] });
  await until(handle, inState('rolling-back'));
  await handle.executeUpdate(pause, { args: [me] });
  const paused = await until(handle, ({ lockers }) => lockers.every(({ stage }) => stage === 'waiting' || stage === 'ended'));
  expect(paused.state).toBe('paused');
  const before = restored(box).length;
  expect(await refusalOf(handle)).toContain('ann asked for it already');
  await handle.executeUpdate(resume, { args: [me] });
  const finished = await resultOf(handle);
  expect(finished).toMatchObject({ state: 'rolled-back', counts: { updated: 0 } });
  expect(restored(box).length).toBeGreaterThan(before);
});

async function refusalOf(handle: RolloutHandle): Promise<string> {
  const error: unknown = await handle.executeUpdate(rollBack, { args: [me] }).catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  const [fault] = (cause instanceof ApplicationFailure ? cause.details : []) as [{ sentence: string }?];
  return fault?.sentence ?? `not refused: ${String(error)}`;
}

test('a locker that can not go back is listed, and stops no other', async () => {
  const plan = aPlan({
    box: 'back-one',
    policy: { ...quick, batches: ['rest'] },
    each: { 'locker-002': { on: null, current: null } },
  });
  const box = aFakeRolloutBox({ plan, stepMs: 20, restore: { 'locker-003': () => CRASHED } });
  const handle = await world.start('back-one', box);
  await until(handle, ({ counts }) => counts.updated >= 10);
  await handle.executeUpdate(rollBack, { args: [me] });
  const finished = await resultOf(handle);
  const ends = endsOf(finished);
  expect(finished.state).toBe('rolled-back');
  expect(ends.get('locker-003')).toMatchObject({
    end: 'failed',
    reason: expect.stringContaining('its restore crashed') as unknown,
  });
  const second = ends.get('locker-002');
  expect(second?.end === 'skipped' || second?.reason.includes('there is no earlier version')).toBe(true);
  expect(finished.counts.restored).toBeGreaterThanOrEqual(8);
});

test('after the end: a workflow of its own takes back what is still there, and leaves alone what has moved on', async () => {
  const plan = planFor('back-after');
  const box = aFakeRolloutBox({ plan, stepMs: 20 });
  const handle = await world.start('back-after', box);
  const done = await resultOf(handle);
  expect(done.state).toBe('succeeded');
  const record = await handle.query(walked);
  if (record === null) throw new Error('the rollout has no record');
  const undo: Undo = { of: done.rollout, reason: 'owners complain', ...record };
  box.options = {
    ...box.options,
    on: plan.lockers.map(({ name }, i) => ({ locker: name, release: i === 0 ? null : plan.release.id })),
  };
  const back = await world.start('back-after', box, { undo });
  const finished = await resultOf(back);
  expect(finished).toMatchObject({ state: 'rolled-back', counts: { restored: 11, unchanged: 1, updated: 0 } });
  expect(endsOf(finished).get('locker-001')?.reason).toContain('not on the box any more');
  expect(box.calls.filter(({ activity }) => activity === 'planRollout')).toHaveLength(1);
  expect(box.mostDown).toBeLessThanOrEqual(limitOf(plan));
  expect(box.lease).toBeNull();
  expect((await back.query(status)).state).toBe('rolled-back');
});

const limitOf = ({ limits }: Plan): number => limits.rollbackMaxDown ?? limits.maxDown;
