/** How a rollout goes and how it ends, on a real Temporal server, against a box in memory. */
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { FaultDetails } from '../../domain/faults';
import { aPlan, aRelease, anOwed } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import type { FakeCall } from '../support/fake-rollout-box';
import type { LockerName } from '../../domain/model/ids';
import { aFakeRolloutBox, CRASHED, SERVING, throwFault, UNHEALTHY } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';
import { abort, approve, resume, retryLocker, status } from '../../workflows/messages';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const me = { actor: 'ann' };
const quick = { soak: { canary: '0s', batch: '0s' }, gates: 'none' } as const;
const planFor = (box: string, policy: PlanOptions['policy'] = {}, more: PlanOptions = {}) =>
  aPlan({ box, policy: { ...quick, ...policy }, ...more });

async function faultOf(handle: RolloutHandle): Promise<FaultDetails> {
  const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw new Error(`no fault but ${String(error)} ${String(cause)}`);
  const details = cause.details?.[0] as FaultDetails;
  expect(cause.type).toBe(details.code);
  return details;
}

test('a rollout updates every locker, within the slots, settles and gives the box back', async () => {
  const box = aFakeRolloutBox({ plan: planFor('normal', { maxDown: 3 }), stepMs: 100 });
  const finished = await resultOf(await world.start('normal', box));
  expect(finished).toMatchObject({ kind: 'finished', state: 'succeeded', counts: { planned: 12, updated: 12 }, exceptions: [] });
  expect(box.mostDown).toBe(3);
  expect(box.lease).toBeNull();
  expect(box.calls.map(({ activity }) => activity).slice(-2)).toEqual(['settleBox', 'releaseLease']);
  const ofOne = box.calls.filter(({ locker }) => locker === 'locker-005');
  expect(ofOne.map(({ activity }) => activity)).toEqual(['drainLocker', 'updateLocker', 'verifyLocker']);
});

test('a red canary is restored and holds the rollout; nobody else is touched; resume goes on', async () => {
  const canary = planFor('red').batches[0]?.lockers[0] as string;
  const box = aFakeRolloutBox({
    plan: planFor('red'),
    verify: { [canary]: ({ cycle }) => (cycle === 1 ? UNHEALTHY : { kind: 'healthy', build: 'old', tookMs: 1 }) },
  });
  const handle = await world.start('red', box);
  const held = await until(handle, inState('held'));
  expect(held.counts).toMatchObject({ restored: 1, updated: 0 });
  expect(held.failures).toEqual({ counted: 1, stopsAt: 1 });
  expect(held.asks).toContain('npm run lockstep -- resume --box red');
  expect(new Set(box.calls.flatMap(({ locker }) => locker ?? []))).toEqual(new Set([canary]));
  expect(box.lease).not.toBeNull();
  await handle.executeUpdate(resume, { args: [me] });
  const finished = await resultOf(handle);
  expect(finished).toMatchObject({ state: 'completed-with-exceptions', counts: { planned: 12, updated: 11, restored: 1 } });
  expect(finished.exceptions[0]).toMatchObject({ locker: canary, end: 'restored' });
});

test('a red canary that is tried again needs no resume: mended, it is updated and everybody follows', async () => {
  const canary = planFor('again').batches[0]?.lockers[0] as string;
  const box = aFakeRolloutBox({
    plan: planFor('again'),
    verify: { [canary]: ({ cycle }) => (cycle === 1 ? UNHEALTHY : { kind: 'healthy', build: 'b', tookMs: 1 }) },
  });
  const handle = await world.start('again', box);
  await until(handle, inState('held'));
  const answer = await handle.executeUpdate(retryLocker, { args: [{ ...me, locker: canary as never }] });
  expect(answer).toBe(`${canary} is tried again.`);
  const finished = await resultOf(handle);
  expect(finished).toMatchObject({ state: 'succeeded', counts: { planned: 12, updated: 12, restored: 0 }, exceptions: [] });
  const cycles = box.calls.filter(({ locker, activity }) => locker === canary && activity === 'updateLocker');
  expect(cycles.map(({ cycle }) => cycle)).toEqual([1, 3]);
});

test('a canary that crashes again and again while its gate waits is restored, and holds the rollout before anybody else', async () => {
  const plan = planFor('looping', { gates: 'canary' });
  const canary = plan.batches[0]?.lockers[0] as LockerName;
  const box = aFakeRolloutBox({
    plan,
    loops: () => [{ locker: canary, release: plan.release.id, crashes: 3, why: 'exit 1' }],
  });
  const handle = await world.start('looping', box);
  const { planDigest } = await until(handle, inState('waiting-for-approval'));
  await handle.executeUpdate(approve, { args: [{ ...me, batch: 2, planDigest: planDigest ?? '' }] });
  const held = await until(handle, inState('held'));
  expect(held.holds).toMatchObject([{ reason: 'failures' }]);
  expect(held.lockers.find(({ name }) => name === canary)).toMatchObject({
    end: 'restored',
    reason: 'crashed 3 times in five minutes after it was updated: exit 1',
  });
  expect(new Set(box.calls.flatMap(({ locker }) => locker ?? []))).toEqual(new Set([canary]));
  await handle.executeUpdate(abort, { args: [me] });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { planned: 12, restored: 1, skipped: 11 } });
});

const restored = (calls: readonly FakeCall[]) => calls.some(({ activity }) => activity === 'restoreLocker');
const allDone = (calls: readonly FakeCall[]) => calls.filter(({ activity }) => activity === 'verifyLocker').length >= 12;

test('who crashes at the very end is restored before the rollout ends; what is on another release is nobody of ours', async () => {
  const plan = planFor('late-loop', { maxFailures: { canary: 1, total: 1 } });
  const [one, two] = ['locker-003' as LockerName, 'locker-004' as LockerName];
  const box = aFakeRolloutBox({
    plan,
    loops: (calls) => [
      ...(allDone(calls) && !restored(calls) ? [{ locker: one, release: plan.release.id, crashes: 4, why: '' }] : []),
      { locker: two, release: aRelease('other').id, crashes: 3, why: '' },
    ],
  });
  const finished = await resultOf(await world.start('late-loop', box));
  expect(finished).toMatchObject({ state: 'completed-with-exceptions', counts: { updated: 11, restored: 1 } });
  expect(finished.exceptions).toEqual([
    { locker: one, end: 'restored', reason: 'crashed 4 times in five minutes after it was updated' },
  ]);
});

test('a box that can not say who crashes is noted once, and stops nothing', async () => {
  const box = aFakeRolloutBox({ plan: planFor('mute'), loops: () => throwFault('BadRequest', 'There is no verb crash-loops.') });
  const handle = await world.start('mute', box);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
  const { notes } = await handle.query(status);
  expect(notes.filter((note) => note.includes('can not say who crashes'))).toHaveLength(1);
});

test('a locker that neither runs the new nor the old release ends failed, with both reasons', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('failed', { maxFailures: { canary: 1, total: 1 } }),
    update: { 'locker-002': () => CRASHED },
    restore: { 'locker-002': () => CRASHED },
  });
  const finished = await resultOf(await world.start('failed', box));
  expect(finished).toMatchObject({ state: 'completed-with-exceptions', counts: { failed: 1, updated: 11 } });
  expect(finished.exceptions[0]?.reason).toMatch(/crashed after its start.*its restore crashed/);
});

test('a plan that is not the confirmed one is refused with what it is now, and the lease is given back', async () => {
  const box = aFakeRolloutBox({ plan: planFor('digest') });
  const fault = await faultOf(await world.start('digest', box, { expectedDigest: 'a'.repeat(64) }));
  expect(fault.code).toBe('WorldChanged');
  expect(fault.evidence).toEqual([
    'confirmed: plan aaaaaaaaaaaa',
    expect.stringMatching(/^now: plan [0-9a-f]{12}, 12 of 12 lockers to new-/),
    'batches now: 1, 5, 6',
  ]);
  expect(box.lease).toBeNull();
  expect(box.calls.map(({ activity }) => activity)).toEqual(['takeLease', 'planRollout', 'releaseLease']);
});

const refusal = (name: string) => ({
  code: 'HaltSignalMissing',
  locker: name as never,
  sentence: `${name} has none.`,
  cure: 'Set it.',
});

test('a refused plan fails the workflow with the first refusal as its fault and the others as evidence', async () => {
  const box = aFakeRolloutBox({ plan: { kind: 'refused', refusals: [refusal('locker-001'), refusal('locker-002')] } });
  const fault = await faultOf(await world.start('refused', box));
  expect(fault).toEqual({
    code: 'HaltSignalMissing',
    sentence: 'locker-001 has none.',
    cure: 'Set it.',
    evidence: ['locker-002 has none. Set it.'],
  });
  expect(box.lease).toBeNull();
});

test('a build that fails ends the rollout before anything is stopped, and the lease is given back', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('build'),
    stage: async () => throwFault('BuildFailed', 'npm ci failed on build.'),
  });
  const handle = await world.start('build', box);
  expect(await faultOf(handle)).toMatchObject({ code: 'BuildFailed', sentence: 'npm ci failed on build.' });
  const { counts, lockers } = await handle.query(status);
  expect(counts).toMatchObject({ planned: 12, skipped: 12 });
  expect(new Set(lockers.map(({ reason }) => reason))).toEqual(new Set(['the rollout ended before its turn']));
  expect(box.calls.map(({ activity }) => activity)).toEqual(['takeLease', 'planRollout', 'stageRelease', 'releaseLease']);
});

test('a box that somebody else holds is left to him', async () => {
  const box = aFakeRolloutBox({ plan: planFor('taken') });
  box.lease = { holder: 'local:bob', generation: 3, by: 'bob', since: '2026-11-20T10:00:00.000Z' };
  const fault = await faultOf(await world.start('taken', box));
  expect(fault).toMatchObject({ code: 'HeldBy', sentence: 'taken is held by bob.' });
  expect(box.lease).toMatchObject({ holder: 'local:bob' });
});

test('nothing to do succeeds without staging', async () => {
  const box = aFakeRolloutBox({ plan: planFor('there', {}, { on: aRelease() }) });
  const finished = await resultOf(await world.start('there', box));
  expect(finished).toMatchObject({ state: 'succeeded', counts: { planned: 12, unchanged: 12, updated: 0 } });
  expect(box.calls.map(({ activity }) => activity)).toEqual(['takeLease', 'planRollout', 'releaseLease']);
});

test('what an earlier run left down is brought up first, and planned again', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('owed', {}, { each: { 'locker-004': { owed: anOwed() } } }),
    owedStillDown: ['locker-004'],
  });
  const handle = await world.start('owed', box);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
  const order = ['takeLease', 'planRollout', 'payOwed', 'planRollout', 'stageRelease'];
  expect(box.calls.slice(0, 5).map(({ activity }) => activity)).toEqual(order);
  const { notes } = await until(handle, inState('succeeded'));
  expect(notes).toContain('could not be brought up: locker-004');
});

test('a locker that can not be reached any more is counted apart, and the rollout holds', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('lost'),
    update: { 'locker-003': () => throwFault('LinkLost', 'lost did not answer for 5m.') },
  });
  const handle = await world.start('lost', box);
  const held = await until(handle, (now) => now.state === 'held' && now.counts.updated > 0);
  expect(held).toMatchObject({ counts: { unreachable: 1, failed: 0 }, failures: { counted: 0 } });
  expect(held.holds.map(({ reason }) => reason)).toEqual(['unreachable']);
  await handle.executeUpdate(resume, { args: [me] });
  expect(await resultOf(handle)).toMatchObject({ state: 'completed-with-exceptions', counts: { unreachable: 1, updated: 11 } });
});

test('a rollout that was fenced off begins nothing more and fails with that fault', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('fenced', { maxDown: 1 }),
    update: { 'locker-003': () => throwFault('Fenced', 'Bob took fenced.') },
  });
  const handle = await world.start('fenced', box);
  expect(await faultOf(handle)).toMatchObject({ code: 'Fenced', sentence: 'Bob took fenced.' });
  const { counts } = await until(handle, inState('failed'));
  expect(counts.failed).toBe(1);
  expect(counts.updated + counts.skipped + counts.failed).toBe(12);
  expect(box.calls.some(({ activity }) => activity === 'settleBox')).toBe(false);
});

test('an activity that throws what nobody expected leaves no locker down: it is restored', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('bug', { maxFailures: { canary: 1, total: 1 } }),
    verify: {
      'locker-003': ({ cycle }) => {
        if (cycle > 1) return { kind: 'healthy', build: 'old', tookMs: 1 };
        throw ApplicationFailure.nonRetryable('x is not a function', 'TypeError');
      },
    },
  });
  const finished = await resultOf(await world.start('bug', box));
  expect(finished.counts).toMatchObject({ restored: 1, updated: 11 });
  expect(finished.exceptions[0]?.reason).toBe('could not be verified: x is not a function');
});

test('a locker that hangs in its stop holds the rollout until a person says kill, an abort included', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('stuck', { stop: { onTimeout: 'hold' } }),
    update: {
      'locker-003': ({ stop }) =>
        stop.onTimeout === 'kill'
          ? ({ ...SERVING, killed: true } as typeof SERVING)
          : { kind: 'stop-timed-out', waitedMs: 60_000, evidence: ['RUNNING'] },
    },
  });
  const handle = await world.start('stuck', box);
  const held = await until(handle, inState('held'));
  expect(held.asks).toContain('retry-locker --box stuck --locker locker-003 --how wait|kill');
  await handle.executeUpdate(abort, { args: [me] });
  expect(await until(handle, inState('held'))).toMatchObject({ holds: [{ reason: 'stop-timed-out' }] });
  await handle.executeUpdate(retryLocker, { args: [{ ...me, locker: 'locker-003' as never, how: 'kill' }] });
  const finished = await resultOf(handle);
  expect(finished.state).toBe('aborted');
  expect(finished.counts.planned).toBe(finished.counts.updated + finished.counts.skipped);
  expect((await until(handle, inState('aborted'))).lockers.find(({ name }) => name === 'locker-003')).toMatchObject({
    end: 'updated',
    killed: true,
  });
});
