/** Reset in Temporal: another run of the same rollout, on a box that remembers the first one. */
import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { assertionText } from '../../domain/operator/assertion';
import { workflowIdOf, approve, approveSignal, pauseSignal, resume } from '../../workflows/messages';
import type { ApproveMessage } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, ownBundle, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const { EVENT_TYPE_WORKFLOW_TASK_COMPLETED } = temporal.api.enums.v1.EventType;
const policy: PlanOptions['policy'] & object = { batches: [1, 'rest'], gates: 'canary', soak: { canary: '0s', batch: '0s' } };

/** To the workflow task of that place among the finished ones; the run that it begins. */
async function resetTo(name: string, handle: RolloutHandle, place: number): Promise<RolloutHandle> {
  const { events } = await handle.fetchHistory();
  const tasks = (events ?? []).filter(({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  const { runId } = await handle.describe();
  await world.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: workflowIdOf(name), runId },
    reason: 'a test',
    workflowTaskFinishEventId: tasks.at(place)?.eventId ?? null,
    requestId: randomUUID(),
  });
  return world.client.workflow.getHandle(workflowIdOf(name));
}

test('back to the beginning it keeps rollout and lease, plans again, and holds until somebody has seen the new plan', async () => {
  const first = aPlan({ box: 'anew', lockers: 3, policy });
  const box = aFakeRolloutBox({ plan: first });
  const handle = await world.start('anew', box, { expectedDigest: first.digest });
  const before = await until(handle, inState('waiting-for-approval'));
  const { lease } = box;
  const again = aPlan({ box: 'anew', lockers: 3, policy: { ...policy, gates: 'none' } });
  box.options = { plan: again };
  box.calls.splice(0);
  const anew = await resetTo('anew', handle, 0);
  const held = await until(anew, inState('held'));
  expect(held).toMatchObject({ rollout: before.rollout, planDigest: again.digest, holds: [{ reason: 'world-changed' }] });
  expect(held.holds[0]?.sentence).toMatch(/reset in Temporal and planned again: 3 of 3 lockers/);
  expect(box.lease).toEqual(lease);
  expect(box.calls.some(({ locker }) => locker !== null)).toBe(false);
  await anew.executeUpdate(resume, { args: [{ actor: 'ann' }] });
  expect(await resultOf(anew)).toMatchObject({ state: 'succeeded', rollout: before.rollout });
  // The box would answer the tokens of the first run with what came of them then.
  const cycles = box.calls.flatMap(({ cycle }) => (cycle === null ? [] : [cycle]));
  expect(Math.min(...cycles)).toBeGreaterThanOrEqual(1_000);
});

test('back to a later task the same steps are asked for again, under the same tokens', async () => {
  const plan = aPlan({ box: 'later', lockers: 3, policy });
  const box = aFakeRolloutBox({ plan });
  const handle = await world.start('later', box, { expectedDigest: plan.digest });
  await until(handle, inState('waiting-for-approval'));
  box.calls.splice(0);
  const later = await resetTo('later', handle, -1);
  await until(later, inState('waiting-for-approval'));
  await later.executeUpdate(approve, { args: [{ actor: 'ann', batch: 2, planDigest: plan.digest }] });
  expect(await resultOf(later)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  expect(box.calls.map(({ activity }) => activity)).not.toContain('planRollout');
  expect(new Set(box.calls.map(({ cycle }) => cycle))).toEqual(new Set([1, null]));
});

/** At its first gate, approved by that; the place of the task that is reset to: the gate has opened, and nobody has answered. */
async function approvedThenReset(name: string, answer: (handle: RolloutHandle, message: ApproveMessage) => Promise<unknown>) {
  const plan = aPlan({ box: name, lockers: 3, policy: { ...policy, gates: 'every', batches: [1, 1, 'rest'] } });
  const box = aFakeRolloutBox({ plan });
  const handle = await world.start(name, box, { expectedDigest: plan.digest });
  const before = await until(handle, inState('waiting-for-approval'));
  const { events } = await handle.fetchHistory();
  const place = (events ?? []).filter(({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_TASK_COMPLETED).length - 1;
  await answer(handle, { actor: 'ann', batch: 2, planDigest: plan.digest });
  await until(handle, ({ gate }) => gate?.batch === 3);
  const anew = await resetTo(name, handle, place);
  return { plan, box, anew, before };
}

const saidBefore = (who: string) =>
  expect.stringContaining(`${who} changed nothing: approve is refused: it was sent before the rollout was reset`);

test.each([
  [
    'an update',
    (handle: RolloutHandle, message: ApproveMessage) => handle.executeUpdate(approve, { args: [message] }),
    'a message of ann',
  ],
  ['a signal', (handle: RolloutHandle, message: ApproveMessage) => handle.signal(approveSignal, message), 'a signal'],
])(
  'back to after the opening of a gate, the approval by %s of the run before counts no more, and a fresh one does',
  async (kind, answer, who) => {
    const { plan, box, anew, before } = await approvedThenReset(`gate-${kind.replace(/\W/g, '-')}`, answer);
    const waits = await until(anew, ({ notes }) =>
      notes.some((note) => note.includes('counts no more') || note.includes('changed nothing')),
    );
    expect(waits).toMatchObject({
      state: 'waiting-for-approval',
      gate: { batch: 2 },
      notes: expect.arrayContaining([saidBefore(who)]),
    });
    expect(waits.gate?.opening).toBeGreaterThan(before.gate?.opening ?? 0);
    box.calls.splice(0);
    await anew.executeUpdate(approve, {
      args: [{ actor: 'bob', batch: 2, planDigest: plan.digest, opening: waits.gate?.opening ?? 0 }],
    });
    await until(anew, ({ gate }) => gate?.batch === 3);
    // By hand from the Web UI, without any opening.
    await anew.signal(approveSignal, { actor: 'bob', batch: 3, planDigest: plan.digest });
    expect(await resultOf(anew)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
    await replays(anew);
  },
);

test('what was looked at before the reset opens nothing after it, signed or not, however late it is sent', async () => {
  const { plan, anew, before } = await approvedThenReset('looked-before', (handle, message) =>
    handle.executeUpdate(approve, { args: [message] }),
  );
  const { rollout, gate } = await until(anew, ({ notes }) => notes.some((note) => note.includes('was reset in Temporal')));
  const seen = { actor: 'bob', batch: 2, planDigest: plan.digest };
  const late = anew.executeUpdate(approve, { args: [{ ...seen, opening: before.gate?.opening ?? 0 }] });
  await expect(late).rejects.toMatchObject({ cause: { message: expect.stringContaining('it has opened anew since') } });
  const said = {
    v: 1,
    rollout,
    batch: 2,
    digest: plan.digest,
    overlay: 0,
    actor: 'bob',
    nonce: 'n'.repeat(20),
    at: Date.now(),
  } as const;
  const signed = (opening: number) => ({
    ...seen,
    assertion: assertionText({ ...said, opening }),
    signature: 'c2ln',
    key: 'chat',
  });
  const again = anew.executeUpdate(approve, { args: [signed(before.gate?.opening ?? 0)] });
  await expect(again).rejects.toMatchObject({
    cause: { message: expect.stringContaining('it was signed for an earlier opening') },
  });
  expect(await anew.executeUpdate(approve, { args: [signed(gate?.opening ?? 0)] })).toBe('Batch 2 may begin.');
  await anew.terminate();
});

test('back to after an approval it stays given; a reset run that is reset again asks anew each time', async () => {
  const plan = aPlan({ box: 'twice', lockers: 3, policy: { ...policy, gates: 'every', batches: [1, 1, 'rest'] } });
  const box = aFakeRolloutBox({ plan });
  const handle = await world.start('twice', box, { expectedDigest: plan.digest });
  await until(handle, inState('waiting-for-approval'));
  await handle.executeUpdate(approve, { args: [{ actor: 'ann', batch: 2, planDigest: plan.digest }] });
  const first = await until(handle, ({ gate }) => gate?.batch === 3);
  const once = await resetTo('twice', handle, -1);
  const second = await until(once, ({ notes }) => notes.some((note) => note.includes('was reset in Temporal')));
  expect(second).toMatchObject({ gate: { batch: 3 }, counts: { updated: 2 } });
  const twice = await resetTo('twice', once, -1);
  const third = await until(twice, ({ gate }) => (gate?.opening ?? 0) > (second.gate?.opening ?? 0));
  expect(second.gate?.opening).toBeGreaterThan(first.gate?.opening ?? 0);
  expect(third).toMatchObject({ gate: { batch: 3 }, counts: { updated: 2 } });
  await twice.executeUpdate(approve, { args: [{ actor: 'bob', batch: 3, planDigest: plan.digest }] });
  expect(await resultOf(twice)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  await replays(twice);
});

test('what only stops something is heard again after a reset', async () => {
  const plan = aPlan({ box: 'stopped', lockers: 3, policy });
  const handle = await world.start('stopped', aFakeRolloutBox({ plan }), { expectedDigest: plan.digest });
  await until(handle, inState('waiting-for-approval'));
  await handle.signal(pauseSignal, { actor: 'ann' });
  await until(handle, inState('paused'));
  const anew = await resetTo('stopped', handle, -2);
  expect(await until(anew, inState('paused'))).toMatchObject({ pause: { actor: 'ann' } });
  await anew.terminate();
});

/** By a worker that has never seen it. */
async function replays(handle: RolloutHandle): Promise<void> {
  const workflowBundle = await ownBundle();
  await Worker.runReplayHistory({ workflowBundle, replayName: 'reset' }, await handle.fetchHistory(), handle.workflowId);
}
