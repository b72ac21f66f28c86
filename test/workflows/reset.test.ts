/** Reset in Temporal: another run of the same rollout, on a box that remembers the first one. */
import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { workflowIdOf, approve, resume } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
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
