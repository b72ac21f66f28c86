/** The operations against a real server and our real workflow, whose boxes are in memory: above all how Temporal's errors read. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { connect } from '../../embedded/connect';
import { BoxName } from '../../domain/model/ids';
import { ask } from '../../starters/operations/ask';
import { follow } from '../../starters/operations/follow';
import type { Followed } from '../../starters/operations/follow';
import { history } from '../../starters/operations/history';
import { openDoor, webUiOf } from '../../starters/operations/door';
import type { Door } from '../../starters/operations/door';
import { preview } from '../../starters/operations/preview';
import { sendAbort, sendApprove, sendPause, sendResume } from '../../starters/operations/send';
import { refuseIfRunning, startRollout } from '../../starters/operations/start-rollout';
import { runningStatusOf, statusOf } from '../../starters/operations/status-of';
import { status, workflowIdOf } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox, SERVING } from '../support/fake-rollout-box';
import { openWorld, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
let door: Door;
beforeAll(async () => {
  world = await openWorld();
  const { connection } = world.client;
  door = openDoor({ connection, address: world.server.address, namespace: 'default', webUi: 'http://127.0.0.1:8233/' });
});
afterAll(() => world.close());

const quick = { soak: { canary: '0s', batch: '0s' }, maxDown: 12 } as const;
const actor = 'ann@desk';

/** A rollout that waits at its first gate. */
async function waitingRollout(box: string): Promise<RolloutHandle> {
  const handle = await world.start(box, aFakeRolloutBox({ plan: aPlan({ box, policy: { ...quick, gates: 'canary' } }) }));
  await until(handle, ({ gate }) => gate !== null);
  return handle;
}
const temporal = (...words: string[]) => promisify(execFile)(world.server.binary, [...words, '--address', world.server.address]);

async function followed(box: string): Promise<Followed[]> {
  const seen: Followed[] = [];
  for await (const one of follow(door, box, AbortSignal.timeout(60_000))) seen.push(one);
  return seen;
}

test('status and followers are told what the steps in flight say, and how often one was tried', async () => {
  const seen = new AbortController();
  const update = async () => {
    if (Context.current().info.attempt === 1) throw ApplicationFailure.create({ type: 'LinkLost', message: 'The line was cut.' });
    while (!seen.signal.aborted) {
      Context.current().heartbeat({ line: 'locker-001 waits for its turn to start: CPU pressure is 87 %' });
      await sleep(100);
    }
    return SERVING;
  };
  const plan = aPlan({ box: 'telling', lockers: 1, policy: { ...quick, gates: 'none' } });
  const handle = await world.start('telling', aFakeRolloutBox({ plan, update: { 'locker-001': update } }));
  const told = 'locker-001 waits for its turn to start: CPU pressure is 87 %; attempt 2: The line was cut.';
  for await (const one of follow(door, 'telling', AbortSignal.timeout(60_000))) {
    if (one.kind === 'status' && one.steps?.includes(told)) break;
  }
  expect(await statusOf(door, 'telling')).toMatchObject({ kind: 'status', steps: [told] });
  seen.abort();
  await handle.result();
});

test('a second rollout on the box is refused with who runs the first, since when and under which id', async () => {
  const handle = await waitingRollout('second');
  const request = { box: BoxName.parse('second'), ref: null, policy: {}, by: actor, expectedDigest: null };
  const refused = {
    code: 'AlreadyRunning',
    sentence: expect.stringMatching(/workflow box\/second, started by test, since 20\d\d-/),
  };
  await expect(startRollout(door, request)).rejects.toMatchObject(refused);
  await expect(refuseIfRunning(door, 'second')).rejects.toMatchObject(refused);
  await handle.terminate();
  await expect(refuseIfRunning(door, 'second')).resolves.toBeUndefined();
});

test('started, approved and followed to its end, and the history remembers it', async () => {
  const box = BoxName.parse('whole');
  const first = await waitingRollout('whole');
  await sendAbort(door, 'whole', { actor });
  await first.result();
  const { rollout, webUi } = await startRollout(door, { box, ref: null, policy: {}, by: actor, expectedDigest: null });
  expect(webUi).toMatch(/^http:\/\/127\.0\.0\.1:8233\/namespaces\/default\/workflows\/box%2Fwhole\/[0-9a-f-]{36}\/history$/);
  await until(world.client.workflow.getHandle('box/whole'), ({ gate }) => gate !== null);
  const following = followed('whole');
  const { gate, planDigest } = await runningStatusOf(door, 'whole');
  await sendApprove(door, 'whole', { actor, batch: gate?.batch ?? 0, planDigest: planDigest ?? '' });
  const seen = await following;
  expect(seen.map(({ kind }) => kind).filter((kind) => kind !== 'status')).toEqual(['finished']);
  expect(seen.at(-1)).toMatchObject({ state: 'succeeded', rollout });
  expect(await statusOf(door, 'whole')).toEqual(seen.at(-1));
  const past = await history(door, 'whole', 5);
  expect(past.map(({ state, by }) => ({ state, by }))).toEqual([
    { state: 'succeeded', by: actor },
    { state: 'aborted', by: 'test' },
  ]);
});

test("a refused message carries the workflow's own sentence", async () => {
  const handle = await waitingRollout('refusing');
  const { planDigest } = await runningStatusOf(door, 'refusing');
  const wrong = { actor, batch: 7, planDigest: planDigest ?? '' };
  await expect(sendApprove(door, 'refusing', wrong)).rejects.toMatchObject({
    code: 'MessageRefused',
    sentence: expect.stringMatching(/^approve is refused: .*batch/),
  });
  await expect(sendResume(door, 'refusing', { actor })).rejects.toMatchObject({ code: 'MessageRefused' });
  expect(await sendPause(door, 'refusing', { actor, reason: 'lunch' })).toMatch(/Paused/);
  expect(await sendAbort(door, 'refusing', { actor })).toMatch(/Aborted/);
  await expect(handle.result()).resolves.toMatchObject({ state: 'aborted' });
  await expect(sendPause(door, 'refusing', { actor })).rejects.toMatchObject({ code: 'NoRollout' });
});

test("Temporal's own pause is told with what is known without asking, and a follower waits it out", async () => {
  const handle = await waitingRollout('native');
  await temporal('workflow', 'pause', '-w', 'box/native', '--reason', 'a look');
  const paused = { code: 'WorkflowPaused', cure: expect.stringContaining('unpause') };
  await expect(statusOf(door, 'native')).rejects.toMatchObject({
    ...paused,
    evidence: expect.arrayContaining([expect.stringMatching(/^paused by .*: a look$/), 'phase: waiting-for-approval']),
  });
  await expect(sendPause(door, 'native', { actor })).rejects.toMatchObject(paused);
  const following = followed('native');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await temporal('workflow', 'unpause', '-w', 'box/native');
  await until(handle, ({ gate }) => gate !== null);
  await sendAbort(door, 'native', { actor });
  const kinds = (await following).map(({ kind }) => kind);
  expect(kinds[0]).toBe('silent');
  expect(kinds.filter((kind) => kind === 'silent')).toHaveLength(1);
  expect(kinds.at(-1)).toBe('finished');
});

test('a terminated rollout ends as failed with what to do, and with the counts it had', async () => {
  const handle = await waitingRollout('terminated');
  await handle.terminate('a mistake');
  expect(await statusOf(door, 'terminated')).toMatchObject({
    kind: 'finished',
    state: 'failed',
    counts: { planned: 12, updated: 1 },
    fault: { code: 'RolloutTerminated', evidence: ['a mistake'] },
  });
});

test('a cancelled rollout ends as aborted', async () => {
  const handle = await waitingRollout('cancelled');
  await handle.cancel();
  const seen = await followed('cancelled');
  expect(seen.at(-1)).toMatchObject({ kind: 'finished', state: 'aborted', counts: { planned: 12 } });
});

test('what is not there is told so, and a preview runs on the workers', async () => {
  await expect(statusOf(door, 'nobody')).rejects.toMatchObject({ code: 'NoRollout' });
  await expect(sendPause(door, 'nobody', { actor })).rejects.toMatchObject({ code: 'NoRollout' });
  expect(await history(door, 'nobody', 5)).toEqual([]);
  expect(webUiOf({ ...door, webUi: null }, 'nobody')).toBeNull();
  const plan = aPlan({ box: 'previewed', policy: { ...quick, gates: 'none' } });
  const handle = await world.start('previewed', aFakeRolloutBox({ plan }));
  await handle.result();
  const answer = await preview(door, { box: BoxName.parse('previewed'), ref: null, policy: {} });
  expect(answer).toMatchObject({ kind: 'plan', plan: { digest: plan.digest } });
});

test('silence of the server and silence of the worker are told apart', async () => {
  const box = 'silent';
  const connection = await connect({ address: world.server.address });
  const nobodys = openDoor({ connection, address: world.server.address, namespace: 'default', webUi: null });
  const workflow = { workflowId: workflowIdOf(box), taskQueue: 'nobody polls this' };
  const handle = await world.client.workflow.start('boxRollout', { ...workflow, args: [{}] });
  const question = () => handle.query(status);
  await expect(ask(nobodys, box, question, 500)).rejects.toMatchObject({ code: 'WorkerMissing' });
  await handle.terminate();
  const gone = openDoor({
    connection: Connection.lazy({ address: '127.0.0.1:1' }),
    address: '127.0.0.1:1',
    namespace: 'default',
    webUi: null,
  });
  await expect(ask(gone, box, () => gone.client.workflow.getHandle('box/x').describe(), 1_000)).rejects.toMatchObject({
    code: 'TemporalUnreachable',
    sentence: expect.stringContaining('127.0.0.1:1'),
  });
  await connection.close();
});
