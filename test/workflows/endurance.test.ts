/** What a rollout survives: a history that grows too long, Temporal's own pause, a worker's death. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoxActivities } from '../../activities/contract';
import { run } from '../../box/run';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';
import type { boxRollout } from '../../workflows/box-rollout';
import { abort, approve } from '../../workflows/messages';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const soak = { canary: '0s', batch: '0s' };

async function temporal(...args: string[]): Promise<void> {
  const ran = await run([world.server.binary, 'workflow', ...args, '--address', world.server.address], { timeoutMs: 20_000 });
  if (ran.code !== 0) throw new Error(`temporal workflow ${args.join(' ')}: ${ran.stderr}`);
}

test('30 lockers go through several runs of the workflow, each once, with one lease and one plan', async () => {
  const plan = aPlan({ box: 'long', lockers: 30, policy: { soak, gates: 'canary', maxDown: 4 } });
  const box = aFakeRolloutBox({ plan });
  const handle = await world.start('long', box, { maxHistoryEvents: 120 });
  const { runId: firstRun } = await handle.describe();
  const latest = world.client.workflow.getHandle<typeof boxRollout>(handle.workflowId);
  await until(latest, inState('waiting-for-approval'));
  await latest.executeUpdate(approve, { args: [{ actor: 'ann', batch: 2, planDigest: plan.digest }] });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { planned: 30, updated: 30 } });
  const last = await latest.describe();
  expect(last.runId).not.toBe(firstRun);
  expect(last.memo).toMatchObject({ by: 'test', phase: 'succeeded' });
  const times = (name: string) => box.calls.filter(({ activity }) => activity === name).length;
  expect([times('takeLease'), times('planRollout'), times('stageRelease'), times('updateLocker'), times('releaseLease')]).toEqual(
    [1, 1, 1, 30, 1],
  );
});

test("Temporal's own pause is survived: what is in flight finishes, and after unpause it goes on", async () => {
  const plan = aPlan({ box: 'frozen', policy: { soak, gates: 'canary', maxDown: 2 } });
  const box = aFakeRolloutBox({ plan, stepMs: 50 });
  const handle = await world.start('frozen', box);
  await until(handle, inState('waiting-for-approval'));
  await handle.executeUpdate(approve, { args: [{ actor: 'ann', batch: 2, planDigest: plan.digest }] });
  await until(handle, ({ counts }) => counts.updated >= 2);
  await temporal('pause', '--workflow-id', 'box/frozen', '--reason', 'test');
  await sleep(1_000);
  const before = box.calls.length;
  expect(box.down.size).toBe(0);
  const described = await handle.describe();
  expect(described.memo).toMatchObject({ phase: 'running' });
  await sleep(500);
  expect(box.calls).toHaveLength(before);
  await handle.signal('pause', { actor: 'bob' });
  await temporal('unpause', '--workflow-id', 'box/frozen', '--reason', 'test');
  expect(await until(handle, inState('paused'))).toMatchObject({ pause: { actor: 'bob' } });
  await handle.signal('resume', { actor: 'bob' });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('a message that comes before the plan is kept for it', async () => {
  const plan = aPlan({ box: 'early', policy: { soak, gates: 'none' } });
  const box = aFakeRolloutBox({ plan });
  const planRollout: BoxActivities['planRollout'] = async (input) => {
    await sleep(800);
    return box.activities.planRollout(input);
  };
  const handle = await world.start('early', { ...box, activities: { ...box.activities, planRollout } });
  expect(await handle.executeUpdate(abort, { args: [{ actor: 'ann' }] })).toContain('Aborted');
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { planned: 12, skipped: 12 } });
  expect(box.calls.map(({ activity }) => activity)).toEqual(['takeLease', 'planRollout', 'settleBox', 'releaseLease']);
});

test("the time of Temporal's own pause does not count against a gate", async () => {
  const plan = aPlan({ box: 'thawed', policy: { soak, gates: 'canary', gateTimeout: '4s' } });
  const handle = await world.start('thawed', aFakeRolloutBox({ plan }));
  await until(handle, inState('waiting-for-approval'));
  await temporal('pause', '--workflow-id', 'box/thawed', '--reason', 'test');
  // Longer than a timer may be late for other reasons (workflows/rollout.ts).
  await sleep(37_000);
  await temporal('unpause', '--workflow-id', 'box/thawed', '--reason', 'test');
  await sleep(1_000);
  expect((await until(handle, () => true)).state).toBe('waiting-for-approval');
  expect((await until(handle, inState('held'))).holds[0]).toMatchObject({ reason: 'gate-timeout' });
  await handle.executeUpdate(abort, { args: [{ actor: 'ann' }] });
  await resultOf(handle);
});
