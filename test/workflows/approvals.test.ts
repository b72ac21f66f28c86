/** Signed approvals: what opens a gate, and what is refused with it staying shut. */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { assertionText } from '../../domain/operator/assertion';
import type { Assertion } from '../../domain/operator/assertion';
import type { Plan } from '../../domain/model/plan';
import { status } from '../../workflows/messages';
import { abort, approve, approveSignal, brief, pause, resume } from '../../workflows/messages';
import type { ApproveMessage } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox, throwFault } from '../support/fake-rollout-box';
import type { FakeBoxOptions, FakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** A key for tests, known to everybody. */
const KEY = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
});
const proves: NonNullable<FakeBoxOptions['prove']> = ({ assertion, signature }) => {
  const right = verify(null, Buffer.from(assertion), createPublicKey(KEY), Buffer.from(signature, 'base64'));
  return Promise.resolve(right ? { kind: 'proven' } : { kind: 'not-proven', why: 'its signature is wrong.' });
};

const soak = { canary: '0s', batch: '0s' };
interface Gated {
  readonly handle: RolloutHandle;
  readonly box: FakeRolloutBox;
  readonly plan: Plan;
  /** Signed for the batch that waits; `other` says what is wrong with it. */
  readonly signed: (other?: Partial<Assertion>) => Promise<ApproveMessage>;
}
let count = 0;
async function gated(policy: PlanOptions['policy'] = {}, prove = proves): Promise<Gated> {
  count += 1;
  const name = `proven-${count}`;
  const plan = aPlan({ box: name, policy: { soak, gates: 'every', identity: 'proven', ...policy } });
  const box = aFakeRolloutBox({ plan, prove });
  const handle = await world.start(name, box, { by: 'ann@desk' });
  await until(handle, inState('waiting-for-approval'));
  const signed = async (other: Partial<Assertion> = {}): Promise<ApproveMessage> => {
    const { rollout, gate } = await handle.query(status);
    const batch = gate?.batch ?? 0;
    const said = {
      rollout,
      batch,
      digest: plan.digest,
      overlay: 0,
      opening: gate?.opening ?? 0,
      actor: 'bob',
      nonce: `nonce-${name}-${batch}-0000`,
      at: Date.now(),
    };
    const assertion = assertionText({ v: 1, ...said, ...other });
    const signature = sign(null, Buffer.from(assertion), KEY).toString('base64');
    return { actor: 'bob', batch, planDigest: plan.digest, assertion, signature, key: 'chat' };
  };
  return { handle, box, plan, signed };
}
const answer = (handle: RolloutHandle, message: ApproveMessage) => handle.executeUpdate(approve, { args: [message] });
async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw new Error(`not refused: ${String(error)}`);
  expect(cause.type).toBe('MessageRefused');
  return (cause.details as [{ sentence: string }])[0].sentence;
}
async function end(handle: RolloutHandle): Promise<void> {
  await handle.executeUpdate(abort, { args: [{ actor: 'ann' }] });
  await resultOf(handle);
}

test('a signed approval opens the gate, and no other: each wrong one is refused with its sentence and changes nothing', async () => {
  const { handle, box, signed } = await gated();
  const first = await signed();
  const before = await handle.query(status);
  const wrong: [ApproveMessage, string][] = [
    [{ actor: 'bob', batch: 2, planDigest: first.planDigest }, 'bob is only a claim, and here an approval must be proven'],
    [{ ...first, assertion: `${first.assertion} ` }, 'its assertion can not be read'],
    [{ ...first, signature: Buffer.alloc(64).toString('base64') }, 'approve is refused: its signature is wrong.'],
    [{ ...first, actor: 'cleo' }, 'it was signed for bob, not for cleo'],
    [{ ...first, planDigest: 'f'.repeat(64) }, 'it names the plan ffffffffffff'],
    [await signed({ rollout: 'another' }), 'it was signed for another rollout'],
    [await signed({ batch: 3 }), 'it was signed for batch 3, not for batch 2'],
    [await signed({ overlay: 1 }), 'it was signed for the overlay 1'],
    [await signed({ at: Date.now() - 3_600_000 }), 'more than 10m ago'],
    [await signed({ at: Date.now() + 3_600_000 }), 'still to come'],
  ];
  for (const [message, why] of wrong) expect(await refusalOf(answer(handle, message))).toContain(why);
  expect(await handle.query(status)).toEqual(before);
  // Only the one whose text was right came as far as the signature.
  expect(box.calls.filter(({ activity }) => activity === 'proveIdentity')).toHaveLength(1);

  expect(await answer(handle, first)).toBe('Batch 2 may begin.');
  await until(handle, ({ gate }) => gate?.batch === 3);
  expect(await refusalOf(answer(handle, first))).toContain('batch 2 was approved already by bob');
  const replayed = await signed({ nonce: 'nonce-proven-1-2-0000' });
  expect(await refusalOf(answer(handle, replayed))).toContain('its nonce was used already, for batch 2');
  await answer(handle, await signed());
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('the same signed approval, sent five times at once, counts once', async () => {
  const { handle, signed } = await gated({ gates: 'canary' });
  const message = await signed();
  const settled = await Promise.allSettled([1, 2, 3, 4, 5].map(() => answer(handle, message)));
  expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('what comes first while a signature is checked wins: the gate was answered otherwise meanwhile', async () => {
  const asked: (() => void)[] = [];
  const { handle, signed } = await gated({ gates: 'canary', identity: 'claimed' }, async (claim) => {
    await new Promise<void>((release) => asked.push(release));
    return proves(claim);
  });
  const message = await signed();
  const slow = refusalOf(answer(handle, message));
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await answer(handle, { actor: 'cleo', batch: 2, planDigest: message.planDigest })).toBe('Batch 2 may begin.');
  asked[0]?.();
  expect(await slow).toMatch(/approved already by cleo|no batch waits for an approval|has ended|nothing is left to do/);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('a fleet file that can not be read proves nobody, and the approval can be sent again', async () => {
  let broken = true;
  const { handle, signed } = await gated({ gates: 'canary' }, (claim) => {
    if (broken) throwFault('FleetFileInvalid', 'fleet.yaml:3:1 is not YAML.');
    return proves(claim);
  });
  const message = await signed();
  expect(await refusalOf(answer(handle, message))).toContain('nobody could check who approves: fleet.yaml:3:1 is not YAML.');
  broken = false;
  expect(await answer(handle, message)).toBe('Batch 2 may begin.');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('by signal too: a claim is noted and changes nothing, a wrong signature as well, a right one opens', async () => {
  const { handle, signed } = await gated({ gates: 'canary' });
  const message = await signed();
  await handle.signal(approveSignal, { actor: 'bob', batch: 2, planDigest: message.planDigest });
  await handle.signal(approveSignal, { ...message, signature: Buffer.alloc(64).toString('base64') });
  const now = await until(handle, ({ notes }) => notes.length === 2);
  expect(now.state).toBe('waiting-for-approval');
  expect(now.notes.toSorted()).toEqual([
    expect.stringContaining('a signal changed nothing: approve is refused: bob is only a claim'),
    'a signal changed nothing: approve is refused: its signature is wrong.',
  ]);
  await handle.signal(approveSignal, message);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('four eyes hold for a proven approval too, and the status asks for a signature', async () => {
  const { handle, signed } = await gated({ gates: 'canary', fourEyes: true, approvers: ['ann', 'bob'] });
  const { asks, gate } = await handle.query(status);
  expect(asks).toContain('--sign-with KEYFILE');
  expect(gate).toMatchObject({ batch: 2, identity: 'proven' });
  const own = { ...(await signed({ actor: 'ann@home' })), actor: 'ann@home' };
  expect(await refusalOf(answer(handle, own))).toContain('ann@home started it; somebody else has to approve');
  const half = { ...own, signature: '' };
  expect(await refusalOf(answer(handle, half))).toContain('"assertion", "signature" and "key" together');
  await end(handle);
});

test('a gate that nobody answers reminds, holds in the end, and reminds on; clocks stop in a pause', async () => {
  const { handle, plan } = await gated({ identity: 'claimed', gates: 'canary', remindEvery: '1s', gateTimeout: '3s' });
  await until(handle, ({ gate }) => (gate?.reminders ?? 0) >= 1);
  await until(handle, (now) => now.state === 'held' && (now.gate?.reminders ?? 0) >= 4);
  await handle.executeUpdate(pause, { args: [{ actor: 'ann' }] });
  const paused = await handle.query(status);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect((await handle.query(status)).gate).toEqual(paused.gate);
  expect(paused.notes.filter((note) => note.includes('has waited for an approval'))).toHaveLength(1);
  await handle.executeUpdate(resume, { args: [{ actor: 'ann' }] });
  await until(handle, ({ gate }) => (gate?.reminders ?? 0) > (paused.gate?.reminders ?? 0));
  await answer(handle, { actor: 'bob', batch: 2, planDigest: plan.digest });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('the brief is there while a batch waits, and says who asks, why, and what comes next', async () => {
  const name = 'brief';
  const plan = aPlan({ box: name, policy: { soak, gates: 'canary' } });
  const handle = await world.start(name, aFakeRolloutBox({ plan }), { by: 'ann@desk', why: 'the fix for the queue' });
  await until(handle, inState('waiting-for-approval'));
  expect(await handle.query(brief)).toMatchObject({
    planDigest: plan.digest,
    asks: { by: 'ann@desk', why: 'the fix for the queue' },
    changes: plan.changes,
    health: { counts: { updated: 1 }, failures: 0, undoable: 1 },
    next: { batch: 2, of: 3, atOnce: 1, stopsAt: 1, unasked: { lockers: 6 }, asksAgain: null },
  });
  await end(handle);
  expect(await handle.query(brief)).toBeNull();
});
