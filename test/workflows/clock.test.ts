/** Soaks, windows and pauses over days, with the server's clock skipping; and the two nights in which clocks jump. */
import { pause, resume } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { inState, resultOf, until } from '../support/rollout-world';
import type { RolloutHandle } from '../support/rollout-world';
import { openSkippingWorld } from '../support/time-skipping';
import type { SkippingWorld } from '../support/time-skipping';

jest.setTimeout(240_000);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const me = { actor: 'ann' };
const policy = { batches: [1, 'rest'], gates: 'none', maxDown: 12, maxUnproven: 12 } as const;

let world: SkippingWorld;
beforeAll(async () => {
  world = await openSkippingWorld();
});
afterAll(() => world?.close());

async function started(name: string, rules: PlanOptions['policy']): Promise<RolloutHandle> {
  const at = new Date(await world.now()).toISOString();
  const plan = aPlan({ box: name, at, policy: { ...policy, batches: [...policy.batches], ...rules } });
  return world.start(name, aFakeRolloutBox({ plan }));
}
const updated = (count: number) => (now: { counts: { updated: number } }) => now.counts.updated === count;
/** At least so late: the server's clock only goes forward. */
async function passTo(time: string): Promise<void> {
  await world.pass(Math.max(0, Date.parse(time) - (await world.now())));
}

test('a soak of a day lasts a day, and nothing begins before', async () => {
  const handle = await started('soak', { soak: { canary: '24h', batch: '0s' } });
  await until(handle, updated(1));
  await world.pass(23 * HOUR);
  expect(await until(handle, inState('running'))).toMatchObject({ counts: { updated: 1 }, batch: { number: 1 } });
  await world.pass(HOUR + MINUTE);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 12 } });
});

test('a pause until a time lifts itself then, and the soak that it stopped goes on where it was', async () => {
  const handle = await started('until', { soak: { canary: '10h', batch: '0s' } });
  await until(handle, updated(1));
  await world.pass(4 * HOUR);
  const lifts = new Date((await world.now()) + 3 * DAY).toISOString();
  await handle.executeUpdate(pause, { args: [{ ...me, reason: 'the weekend', until: lifts }] });
  await world.pass(3 * DAY - HOUR);
  expect((await until(handle, inState('paused'))).asks).toContain('Paused by ann (the weekend) until 20');
  await world.pass(2 * HOUR);
  const soaking = await until(handle, inState('running'));
  expect([soaking.counts.updated, soaking.notes]).toEqual([1, ['the pause came to its end']]);
  // Six of its ten hours were left, and one of them is over.
  await world.pass(4 * HOUR);
  expect((await until(handle, inState('running'))).counts.updated).toBe(1);
  await world.pass(2 * HOUR);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('a pause that nobody lifts ends never', async () => {
  const handle = await started('for-ever', { soak: { canary: '1h', batch: '0s' } });
  await until(handle, updated(1));
  await handle.executeUpdate(pause, { args: [me] });
  // Longer than any deadline of ours. Every five minutes of it cost a look at the box.
  await world.pass(4 * DAY);
  expect((await until(handle, inState('paused'))).counts.updated).toBe(1);
  await handle.executeUpdate(resume, { args: [me] });
  await world.pass(HOUR + MINUTE);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

/** Two hours on the wall. */
const windows = [{ from: '01:30', to: '03:30', zone: 'Europe/Berlin' }];

test('in an ordinary night a window of two hours lasts two hours', async () => {
  await passTo('2027-02-01T12:00:00Z');
  const handle = await started('ordinary', { windows, soak: { canary: '90m', batch: '0s' } });
  await until(handle, inState('waiting-for-window'));
  await passTo('2027-02-02T00:25:00Z');
  expect((await until(handle, inState('waiting-for-window'))).counts.updated).toBe(0);
  await passTo('2027-02-02T00:31:00Z');
  await until(handle, updated(1));
  await passTo('2027-02-02T02:05:00Z');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('in the night in which the clocks go forward it closes an hour sooner: the rest waits for the next night', async () => {
  // 02:00 is 03:00, at 01:00 UTC.
  await passTo('2027-03-27T12:00:00Z');
  const handle = await started('forward', { windows, soak: { canary: '90m', batch: '0s' } });
  await passTo('2027-03-28T00:31:00Z');
  await until(handle, updated(1));
  await passTo('2027-03-28T02:05:00Z');
  expect((await until(handle, inState('waiting-for-window'))).counts.updated).toBe(1);
  await passTo('2027-03-28T23:25:00Z');
  expect((await until(handle, inState('waiting-for-window'))).counts.updated).toBe(1);
  // 01:30 in summer.
  await passTo('2027-03-28T23:35:00Z');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});

test('in the night in which the clocks go back it stays open an hour longer', async () => {
  // 03:00 is 02:00, at 01:00 UTC.
  await passTo('2027-10-30T12:00:00Z');
  const handle = await started('back', { windows, soak: { canary: '150m', batch: '0s' } });
  await passTo('2027-10-30T23:31:00Z');
  await until(handle, updated(1));
  await passTo('2027-10-31T01:55:00Z');
  expect((await until(handle, inState('running'))).counts.updated).toBe(1);
  await passTo('2027-10-31T02:10:00Z');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
});
