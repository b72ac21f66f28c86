/**
 * Temporal's own pause while a workflow task waits: no worker can read the history that it leaves
 * (findings/pause-over-a-waiting-task.sh). The rollout must come to its end all the same, on the
 * embedded server and on one that a team runs: the same tests for both.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { history } from '../../starters/operations/history';
import { openDoor } from '../../starters/operations/door';
import { sendApprove } from '../../starters/operations/send';
import { connect } from '../../embedded/connect';
import { workflowIdOf } from '../../workflows/messages';
import { aPlan } from './builders';
import type { PlanOptions } from './builders';
import { aFakeRolloutBox } from './fake-rollout-box';
import type { FakeRolloutBox } from './fake-rollout-box';
import { inState, openWorld, resultOf, until } from './rollout-world';
import type { RolloutHandle, RolloutWorld } from './rollout-world';
import type { TestServer } from './temporal-server';

const policy: PlanOptions['policy'] & object = { batches: [1, 'rest'], gates: 'canary', soak: { canary: '0s', batch: '0s' } };
const { WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED: LONE } =
  temporal.api.enums.v1.WorkflowTaskFailedCause;

const startOf = (name: string, expectedDigest: string) => ({
  workflowId: workflowIdOf(name),
  taskQueue: 'lockstep',
  args: [{ box: name, rollout: randomUUID(), by: 'test', ref: null, policy: {}, expectedDigest }],
});

const repeated = ({ calls }: FakeRolloutBox): unknown[] => {
  const steps = calls.filter(({ locker }) => locker !== null).map((call) => JSON.stringify(call));
  return steps.filter((step, at) => steps.indexOf(step) !== at);
};

const ask = (name: string) => ({ namespace: 'default', workflowId: workflowIdOf(name), identity: 'ann', reason: 'a look' });

export function nativePauses(startServer: () => Promise<TestServer>): void {
  /** A server whose workers come and go. */
  let server: TestServer;
  /** As a person beside the product: goes on while there is no worker. */
  let client: Client;
  let world: RolloutWorld;
  const boxes: Record<string, FakeRolloutBox> = {};
  beforeAll(async () => {
    server = await startServer();
    client = new Client({ connection: await connect({ address: server.address }) });
    world = await openWorld({ server, boxes });
  });
  afterAll(async () => {
    await world.close();
    await client.connection.close();
    await server.stop();
  });

  async function withoutWorker(work: () => Promise<void>): Promise<void> {
    await world.close();
    await work();
    world = await openWorld({ server, boxes });
  }

  function handleOf(name: string, runId?: string): RolloutHandle {
    return client.workflow.getHandle(workflowIdOf(name), runId);
  }
  const pauseIt = (name: string) => client.workflowService.pauseWorkflowExecution({ ...ask(name), requestId: randomUUID() });
  const unpauseIt = (name: string) => client.workflowService.unpauseWorkflowExecution({ ...ask(name), requestId: randomUUID() });
  /** What the product can do nothing about: its history ends in an event that no worker reads. */
  async function isBroken(name: string): Promise<boolean> {
    const { events } = await handleOf(name).fetchHistory();
    return (events ?? []).some(({ workflowTaskFailedEventAttributes: failed }) => failed?.cause === LONE);
  }

  /** At its gate, with no worker. */
  async function atItsGate(name: string): Promise<{ box: FakeRolloutBox; digest: string }> {
    const plan = aPlan({ box: name, lockers: 3, policy });
    const box = aFakeRolloutBox({ plan });
    boxes[name] = box;
    await until(await world.start(name, box, { expectedDigest: plan.digest }), inState('waiting-for-approval'));
    return { box, digest: plan.digest };
  }

  /** Asked when it has ended: a client that waits for a result does not go along with a reset. */
  async function ended(name: string): Promise<RolloutHandle> {
    for (let left = WITHIN_S * 5; left > 0; left -= 1) {
      const { status } = await handleOf(name).describe();
      if (status.name !== 'RUNNING' && status.name !== 'PAUSED') return handleOf(name);
      await sleep(200);
    }
    throw new Error(`${name} has not ended within ${WITHIN_S} s`);
  }
  const WITHIN_S = 60;
  const notesOf = async (name: string) => (await until(handleOf(name), () => true)).notes;
  const MENDED = /begun again from just before that pause/;

  test('with no worker: what was approved meanwhile counts once, nothing is repeated, and the rollout ends well by itself', async () => {
    const { box, digest } = await atItsGate('away');
    const before = await handleOf('away').describe();
    await withoutWorker(async () => {
      await handleOf('away').signal('approve', { actor: 'ann', batch: 2, planDigest: digest });
      await pauseIt('away');
      expect(await isBroken('away')).toBe(true);
      await unpauseIt('away');
    });
    expect(await resultOf(await ended('away'))).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
    expect((await handleOf('away').describe()).runId).not.toBe(before.runId);
    expect(repeated(box)).toEqual([]);
    expect(new Set(box.calls.map(({ cycle }) => cycle))).toEqual(new Set([1, null]));
    expect((await notesOf('away')).filter((text) => MENDED.test(text))).toHaveLength(1);
  });

  test("a person's pause is not lifted by it: the worker that comes back waits for the unpause", async () => {
    const { box, digest } = await atItsGate('waits');
    await withoutWorker(async () => {
      await handleOf('waits').signal('approve', { actor: 'ann', batch: 2, planDigest: digest });
      await pauseIt('waits');
      await handleOf('waits').signal('resume', { actor: 'bob' });
    });
    const { runId } = await handleOf('waits').describe();
    await sleep(5_000);
    expect(await handleOf('waits').describe()).toMatchObject({ runId, status: { name: 'PAUSED' } });
    await unpauseIt('waits');
    expect(await resultOf(await ended('waits'))).toMatchObject({ state: 'succeeded' });
    expect(repeated(box)).toEqual([]);
    // What came while it was paused is there too.
    expect(await notesOf('waits')).toEqual(expect.arrayContaining([expect.stringMatching(/a signal changed nothing/)]));
  });

  test('before its very first step: the plan that was confirmed still counts, and nobody is asked again', async () => {
    const plan = aPlan({ box: 'first', lockers: 3, policy: { ...policy, gates: 'none' } });
    const box = aFakeRolloutBox({ plan });
    boxes['first'] = box;
    await withoutWorker(async () => {
      const connection = await connect({ address: server.address });
      await new Client({ connection }).workflow.start('boxRollout', startOf('first', plan.digest));
      await connection.close();
      await pauseIt('first');
      expect(await isBroken('first')).toBe(true);
      await unpauseIt('first');
    });
    expect(await resultOf(await ended('first'))).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
    expect(new Set(box.calls.map(({ cycle }) => cycle))).toEqual(new Set([1, null]));
  });

  test('paused twice over a waiting task, with a cancel between: every locker is up, and it closes as canceled', async () => {
    const { box } = await atItsGate('stop');
    await withoutWorker(async () => {
      await handleOf('stop').signal('resume', { actor: 'bob' });
      await pauseIt('stop');
      await handleOf('stop').cancel();
      await unpauseIt('stop');
      await pauseIt('stop');
      await unpauseIt('stop');
    });
    await expect(resultOf(await ended('stop'))).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(await until(handleOf('stop'), inState('aborted'))).toMatchObject({ counts: { updated: 1, skipped: 2 } });
    expect(box.lease).toBeNull();
  });

  test('what is sent in the moment before it is mended is not lost, and counts once', async () => {
    const { box, digest } = await atItsGate('meant');
    await withoutWorker(async () => {
      await handleOf('meant').signal('resume', { actor: 'bob' });
      await pauseIt('meant');
    });
    const door = openDoor({
      connection: client.connection,
      address: server.address,
      namespace: 'default',
      webUi: null,
    });
    await unpauseIt('meant');
    expect(await sendApprove(door, 'meant', { actor: 'ann', batch: 2, planDigest: digest })).toContain('Batch 2 may begin');
    expect(await resultOf(await ended('meant'))).toMatchObject({ state: 'succeeded' });
    expect(repeated(box)).toEqual([]);
    expect((await history(door, 'meant', 5)).map(({ state }) => state)).toEqual(['succeeded', 'reset']);
  });

  test('two worker processes see it, and it is mended once', async () => {
    const { digest } = await atItsGate('both');
    await withoutWorker(async () => {
      await handleOf('both').signal('approve', { actor: 'ann', batch: 2, planDigest: digest });
      await pauseIt('both');
      await unpauseIt('both');
    });
    const other = await openWorld({ server, boxes });
    await ended('both');
    await other.close();
    const { originalRun, runs } = await runsOf('both');
    expect(runs).toHaveLength(2);
    expect(runs).toContain(originalRun);
  });

  async function runsOf(name: string): Promise<{ originalRun: string | undefined; runs: string[] }> {
    const { events } = await handleOf(name).fetchHistory();
    const originalRun = events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? undefined;
    const runs: string[] = [];
    for (let left = 20; left > 0 && runs.length < 2; left -= 1) {
      runs.splice(0);
      for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowIdOf(name)}'` })) runs.push(runId);
      await sleep(250);
    }
    return { originalRun, runs };
  }

  test('thirty quick pauses of a rollout that runs, with messages at the same moment: it ends well by itself', async () => {
    const plan = aPlan({ box: 'quick', lockers: 12, policy: { ...policy, batches: [1, 4, 'rest'], gates: 'every', maxDown: 2 } });
    const box = aFakeRolloutBox({ plan, stepMs: 150 });
    boxes['quick'] = box;
    await world.start('quick', box, { expectedDigest: plan.digest });
    let hits = 0;
    for (let count = 0; count < 30; count += 1) {
      // At the same moment, so that the pause now and then finds the task that the message has just scheduled.
      const asked = [handleOf('quick').signal('resume', { actor: 'bob' }), pauseIt('quick')];
      await Promise.allSettled(asked);
      if (await isBroken('quick')) hits += 1;
      await unpauseIt('quick').catch(() => {});
      await sleep(200);
    }
    expect(hits).toBeGreaterThan(0);
    for (const batch of [2, 3]) {
      await until(handleOf('quick'), ({ gate }) => gate?.batch === batch);
      await handleOf('quick').executeUpdate('approve', { args: [{ actor: 'ann', batch, planDigest: plan.digest }] });
    }
    const finished = await resultOf(await ended('quick'));
    expect(finished).toMatchObject({ state: 'succeeded', counts: { updated: 12 } });
    expect(new Set(box.calls.map(({ cycle }) => cycle))).toEqual(new Set([1, null]));
  });
}
