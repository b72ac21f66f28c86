/** What people say to a rollout: by update, by signal, and by Temporal's own cancel. */
import { ApplicationFailure, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox, neverIdle } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';
import { abort, abortSignal, approve, approveSignal, pause, reject, rejectSignal, resume } from '../../workflows/messages';
import type { ApproveMessage } from '../../workflows/messages';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const me = { actor: 'ann' };
const soak = { canary: '0s', batch: '0s' };
const planFor = (box: string, policy: PlanOptions['policy'] = {}) => aPlan({ box, policy: { soak, gates: 'none', ...policy } });

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw new Error(`not refused: ${String(error)}`);
  expect(cause.type).toBe('MessageRefused');
  const [fault] = cause.details as [{ sentence: string }];
  return fault.sentence;
}
const waits = inState('waiting-for-approval');
const approveWith = (handle: RolloutHandle, message: ApproveMessage) => handle.executeUpdate(approve, { args: [message] });

test('a gate asks, refuses stale, early, doubled and wrong approvals, and opens for the right one', async () => {
  const plan = planFor('gate', { gates: 'every' });
  const handle = await world.start('gate', aFakeRolloutBox({ plan }));
  const planDigest = plan.digest;
  expect(await until(handle, waits)).toMatchObject({
    gate: { batch: 2 },
    asks: expect.stringContaining('batch 2 of 3 (5 lockers)'),
  });
  expect(await refusalOf(approveWith(handle, { ...me, batch: 2, planDigest: 'b'.repeat(64) }))).toContain(
    'it names the plan bbbbbbbbbbbb',
  );
  expect(await refusalOf(approveWith(handle, { ...me, batch: 3, planDigest }))).toContain('too early for batch 3');
  expect(await refusalOf(approveWith(handle, { ...me, batch: 1, planDigest }))).toContain('batch 1 has begun long since');
  expect(await refusalOf(approveWith(handle, { actor: '', batch: 2, planDigest }))).toContain('needs "actor"');
  expect(await approveWith(handle, { ...me, batch: 2, planDigest })).toBe('Batch 2 may begin.');
  await until(handle, (now) => now.gate?.batch === 3);
  expect(await refusalOf(approveWith(handle, { ...me, batch: 2, planDigest }))).toContain('approved already by ann');
  await approveWith(handle, { ...me, batch: 3, planDigest: planDigest.slice(0, 12) });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('of two approvals at the same moment one counts', async () => {
  const plan = planFor('twice', { gates: 'canary' });
  const handle = await world.start('twice', aFakeRolloutBox({ plan }));
  await until(handle, waits);
  const both = ['ann', 'bob'].map((actor) => approveWith(handle, { actor, batch: 2, planDigest: plan.digest }));
  const settled = await Promise.allSettled(both);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('a bad signal changes nothing and is noted; a good one approves', async () => {
  const plan = planFor('signal', { gates: 'canary' });
  const handle = await world.start('signal', aFakeRolloutBox({ plan }));
  await until(handle, waits);
  await handle.signal(approveSignal, { batch: 2, planDigest: 'c'.repeat(64) });
  await handle.signal('approve', 'yes please');
  await handle.signal('approve');
  const now = await until(handle, ({ notes }) => notes.length === 3);
  expect(now.state).toBe('waiting-for-approval');
  expect(now.notes[0]).toContain('a signal changed nothing: approve is refused: it names the plan cccccccccccc');
  expect(now.notes[1]).toContain('approve takes one JSON object');
  await handle.signal(approveSignal, { batch: 2, planDigest: plan.digest });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('a rejected batch holds until it is approved after all', async () => {
  const plan = planFor('reject', { gates: 'canary' });
  const handle = await world.start('reject', aFakeRolloutBox({ plan }));
  await until(handle, waits);
  await handle.executeUpdate(reject, { args: [{ ...me, batch: 2, planDigest: plan.digest, reason: 'not on a Friday' }] });
  const held = await until(handle, inState('held'));
  expect(held.holds[0]).toMatchObject({ reason: 'rejected', sentence: 'ann rejected batch 2: not on a Friday' });
  expect(await refusalOf(handle.executeUpdate(resume, { args: [me] }))).toContain('Use `approve` or `rollBack` or `abort`');
  await approveWith(handle, { ...me, batch: 2, planDigest: plan.digest });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('a rejected batch can be aborted, by signals alone', async () => {
  const plan = planFor('reject-abort', { gates: 'canary' });
  const handle = await world.start('reject-abort', aFakeRolloutBox({ plan }));
  await until(handle, waits);
  await handle.signal(rejectSignal, { batch: 2, planDigest: plan.digest });
  await until(handle, inState('held'));
  await handle.signal(abortSignal, { actor: 'bob' });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { updated: 1, skipped: 11 } });
});

test('an unanswered gate holds, and resume asks once more', async () => {
  const plan = planFor('unanswered', { gates: 'canary', gateTimeout: '1s' });
  const handle = await world.start('unanswered', aFakeRolloutBox({ plan }));
  const held = await until(handle, inState('held'));
  expect(held.holds[0]).toMatchObject({ reason: 'gate-timeout', sentence: 'Nobody answered for batch 2 within 1s' });
  await handle.executeUpdate(resume, { args: [me] });
  await approveWith(handle, { ...me, batch: 2, planDigest: plan.digest });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('a pause lets lockers in flight come up, takes back drains, begins nothing, and is lifted by resume', async () => {
  const plan = planFor('pause', { batches: ['rest'], maxDown: 2 });
  const [first] = plan.batches[0]?.lockers ?? [];
  const slow = {
    [first as string]: ({ cycle }: { cycle: number }) => (cycle === 1 ? neverIdle() : ({ kind: 'idle', waitedMs: 1 } as const)),
  };
  const box = aFakeRolloutBox({ plan, drain: slow });
  const handle = await world.start('pause', box);
  await until(handle, ({ counts }) => counts.updated >= 2);
  await handle.executeUpdate(pause, { args: [{ ...me, reason: 'lunch' }] });
  expect(await refusalOf(handle.executeUpdate(pause, { args: [me] }))).toContain('it is paused already');
  const quiet = await until(handle, ({ lockers }) => lockers.every(({ stage }) => stage === 'waiting' || stage === 'ended'));
  expect(quiet).toMatchObject({ state: 'paused', pause: { actor: 'ann', reason: 'lunch' } });
  expect(quiet.asks).toBe('Paused by ann (lunch). Go on with: npm run lockstep -- resume --box pause');
  expect(box.down.size).toBe(0);
  expect(box.calls.filter(({ locker }) => locker === first).map(({ activity }) => activity)).toEqual([
    'drainLocker',
    'undrainLocker',
  ]);
  const before = box.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(box.calls).toHaveLength(before);
  await handle.executeUpdate(resume, { args: [me] });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 12 } });
});

test('an abort leaves every locker up and says which release each is on', async () => {
  const plan = planFor('abort', { batches: ['rest'], maxDown: 2 });
  const box = aFakeRolloutBox({ plan, stepMs: 30 });
  const handle = await world.start('abort', box);
  await until(handle, ({ counts }) => counts.updated >= 2);
  expect(await handle.executeUpdate(abort, { args: [me] })).toContain('Aborted');
  const finished = await resultOf(handle);
  expect(finished.state).toBe('aborted');
  expect(finished.counts.updated).toBeLessThan(12);
  expect(finished.counts.updated + finished.counts.skipped).toBe(12);
  expect(finished.exceptions.map(({ reason }) => reason)).toContain('aborted before its turn');
  expect(box.down.size).toBe(0);
  expect(box.lease).toBeNull();
});

test('an abort while the release is staged touches no locker', async () => {
  let staging = false;
  const stage = async () => {
    staging = true;
    await neverIdle();
  };
  const box = aFakeRolloutBox({ plan: planFor('abort-stage'), stage });
  const handle = await world.start('abort-stage', box);
  await until(handle, (now) => staging && now.state === 'staging');
  await handle.executeUpdate(abort, { args: [me] });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { skipped: 12 } });
  expect(box.calls.every(({ locker }) => locker === null)).toBe(true);
});

test('a cancel in Temporal is an abort: the safe end first, then the workflow is Canceled', async () => {
  const plan = planFor('cancel', { batches: ['rest'], maxDown: 2 });
  const box = aFakeRolloutBox({ plan, stepMs: 30 });
  const handle = await world.start('cancel', box);
  await until(handle, ({ counts }) => counts.updated >= 2);
  await handle.cancel();
  const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
  expect(error instanceof WorkflowFailedError && error.cause).toBeInstanceOf(CancelledFailure);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
  const { counts, lockers } = await until(handle, inState('aborted'));
  expect(counts.updated + counts.skipped).toBe(12);
  expect(lockers.find(({ end }) => end === 'skipped')?.reason).toBe('aborted before its turn');
  expect(box.down.size).toBe(0);
  expect(box.lease).toBeNull();
});

test('every message says in the Temporal Web UI what it is for, and the details tell the story', async () => {
  const plan = planFor('details', { gates: 'canary' });
  const handle = await world.start('details', aFakeRolloutBox({ plan }));
  await until(handle, waits);
  const metadata = await handle.query<{
    currentDetails: string;
    definition: { updateDefinitions: { name: string; description: string }[] };
  }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toContain('batch 2 of 3');
  expect(metadata.currentDetails).toContain('`npm run lockstep -- approve --box details --batch 2`');
  const described = metadata.definition.updateDefinitions.filter(
    ({ name, description }) => !name.startsWith('__') && description !== '',
  );
  expect(described.map(({ name }) => name).toSorted()).toEqual([
    'abort',
    'adjust',
    'approve',
    'pause',
    'reject',
    'resume',
    'retryLocker',
    'rollBack',
    'skipLocker',
  ]);
  const { typedSearchAttributes, memo } = await handle.describe();
  const attributes = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  expect(attributes).toMatchObject({
    LockstepBox: 'details',
    LockstepPhase: 'waiting-for-approval',
    LockstepUpdated: 1,
    LockstepFailed: 0,
  });
  expect(memo).toMatchObject({ by: 'test', phase: 'waiting-for-approval', batch: '1 of 3' });
  await handle.executeUpdate(abort, { args: [me] });
  await resultOf(handle);
});

test('four eyes: whoever started it does not approve it, and a name that is not listed does not either', async () => {
  const plan = planFor('eyes', { gates: 'canary', fourEyes: true, approvers: ['bob', 'cleo'] });
  const handle = await world.start('eyes', aFakeRolloutBox({ plan }), { by: 'bob@desk' });
  await until(handle, waits);
  const answer = (actor: string) => approveWith(handle, { actor, batch: 2, planDigest: plan.digest });
  expect(await refusalOf(answer('bob@home'))).toContain('bob@home started it; somebody else has to approve (four eyes)');
  expect(await refusalOf(answer('ann@desk'))).toContain('not among those who may approve here: bob, cleo');
  await handle.signal(approveSignal, { actor: 'bob', batch: 2, planDigest: plan.digest });
  await until(handle, ({ notes }) => notes.some((note) => note.includes('four eyes')));
  await answer('cleo@desk');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});
