/** Gates over days, with the server's clock skipping: reminders, expiry, and pauses in which clocks stop. */
import { abort, approve, pause, resume } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { inState, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle } from '../support/rollout-world';
import { openSkippingWorld } from '../support/time-skipping';
import type { SkippingWorld } from '../support/time-skipping';

jest.setTimeout(240_000);
const HOUR = 3_600_000;
const me = { actor: 'bob' };

let world: SkippingWorld;
beforeAll(async () => {
  world = await openSkippingWorld();
});
afterAll(() => world?.close());

interface Gated {
  readonly handle: RolloutHandle;
  readonly approveIt: () => Promise<string>;
}
async function gated(name: string, policy: PlanOptions['policy']): Promise<Gated> {
  const plan = aPlan({ box: name, policy: { soak: { canary: '30s', batch: '0s' }, gates: 'canary', ...policy } });
  const handle = await world.start(name, aFakeRolloutBox({ plan }), { by: 'ann@desk' });
  await until(handle, ({ counts }) => counts.updated === 1);
  await world.pass(60_000);
  await until(handle, inState('waiting-for-approval'));
  return { handle, approveIt: () => handle.executeUpdate(approve, { args: [{ ...me, batch: 2, planDigest: plan.digest }] }) };
}
const reminders = (count: number) => (now: { gate: { reminders?: number } | null }) => (now.gate?.reminders ?? 0) === count;

test('by default it reminds every four hours, holds after a day, and goes on reminding', async () => {
  const { handle, approveIt } = await gated('a-day', {});
  await world.pass(5 * HOUR);
  const first = await until(handle, reminders(1));
  expect(first.notes).toEqual(['batch 2 has waited for an approval for 4h: nobody has answered yet']);
  await world.pass(18 * HOUR);
  expect(await until(handle, reminders(5))).toMatchObject({ state: 'waiting-for-approval', holds: [] });
  await world.pass(2 * HOUR);
  const held = await until(handle, inState('held'));
  expect(held.holds).toMatchObject([{ reason: 'gate-timeout', sentence: 'Nobody answered for batch 2 within 24h' }]);
  await world.pass(24 * HOUR);
  expect((await until(handle, reminders(12))).notes).toEqual([
    'batch 2 has waited for an approval for 48h: nobody has answered yet',
  ]);
  expect(await approveIt()).toBe('Batch 2 may begin.');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('by policy it is aborted when nobody answers, and never approved by itself', async () => {
  const { handle } = await gated('abort-late', { gateTimeout: '6h', onGateTimeout: 'abort' });
  await world.pass(5 * HOUR);
  expect(await until(handle, reminders(1))).toMatchObject({ state: 'waiting-for-approval' });
  await world.pass(2 * HOUR);
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { updated: 1, skipped: 11 } });
});

test('in a pause the clocks of reminders and of the expiry stand', async () => {
  const { handle } = await gated('paused-days', { gateTimeout: '8h' });
  await world.pass(3 * HOUR);
  await handle.executeUpdate(pause, { args: [{ ...me, reason: 'the weekend' }] });
  await world.pass(60 * HOUR);
  expect(await until(handle, inState('paused'))).toMatchObject({ gate: { batch: 2 }, notes: [] });
  await handle.executeUpdate(resume, { args: [me] });
  await world.pass(HOUR / 2);
  expect(await until(handle, inState('waiting-for-approval'))).toMatchObject({ notes: [] });
  await world.pass(HOUR);
  await until(handle, reminders(1));
  await world.pass(4 * HOUR);
  await until(handle, inState('held'));
  await handle.executeUpdate(abort, { args: [me] });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted' });
});

test('a resume after the expiry asks for as long again, and reminds anew', async () => {
  const { handle, approveIt } = await gated('asked-again', { gateTimeout: '6h' });
  await world.pass(7 * HOUR);
  await until(handle, inState('held'));
  await handle.executeUpdate(resume, { args: [me] });
  await world.pass(5 * HOUR);
  expect(await until(handle, reminders(1))).toMatchObject({ state: 'waiting-for-approval' });
  await world.pass(2 * HOUR);
  await until(handle, inState('held'));
  await approveIt();
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('with reminders switched off there is none', async () => {
  const { handle, approveIt } = await gated('silent', { remindEvery: null });
  await world.pass(20 * HOUR);
  expect(await until(handle, inState('waiting-for-approval'))).toMatchObject({ notes: [] });
  await approveIt();
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});
