/** Between staging and the first locker, on a real Temporal server, against a box in memory. */
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { aPlan } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox, neverIdle, throwFault } from '../support/fake-rollout-box';
import { openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';
import { abort } from '../../workflows/messages';

jest.setTimeout(300_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const quick = { soak: { canary: '0s', batch: '0s' }, gates: 'none' } as const;
const planFor = (box: string, more: PlanOptions = {}) =>
  aPlan({ box, lockers: 2, policy: quick, rehearsal: { kind: 'possible' }, ...more });

test('a release that fails its rehearsal touches no locker, and the box is given back', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('rehearsal-failed'),
    rehearse: async () => throwFault('RehearsalFailed', 'It crashed on a throwaway locker.'),
  });
  const error: unknown = await (await world.start('rehearsal-failed', box)).result().catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowFailedError ? error.cause : null;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  expect((cause as ApplicationFailure).details).toMatchObject([
    { code: 'RehearsalFailed', sentence: 'It crashed on a throwaway locker.' },
  ]);
  expect(box.calls.map(({ activity }) => activity)).toEqual([
    'takeLease',
    'planRollout',
    'stageRelease',
    'rehearseRelease',
    'releaseLease',
  ]);
  expect(box.lease).toBeNull();
});

test('one that passes, or that the box had no room for after all, goes on, and a note says which', async () => {
  const passed = aFakeRolloutBox({
    plan: planFor('rehearsed'),
    rehearse: async () => ({ kind: 'rehearsed', tookMs: 4_200, killed: true }),
  });
  const handle = await world.start('rehearsed', passed);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 2 } });
  expect((await until(handle, () => true)).notes).toContain(
    'rehearsed on a throwaway locker in 4 s; it did not stop by its signal, and was killed',
  );
  const full = aFakeRolloutBox({
    plan: planFor('no-room'),
    rehearse: async () => ({ kind: 'not-rehearsed', because: '12 MiB of memory are available' }),
  });
  const other = await world.start('no-room', full);
  expect(await resultOf(other)).toMatchObject({ state: 'succeeded' });
  expect((await until(other, () => true)).notes).toContain('not rehearsed: 12 MiB of memory are available');
});

test.each<[string, PlanOptions]>([
  ['switched-off', { policy: { ...quick, rehearsal: 'off' } }],
  ['no-room-planned', { rehearsal: { kind: 'impossible', because: 'no address is free' } }],
])('%s: nothing is rehearsed', async (name, options) => {
  const box = aFakeRolloutBox({ plan: planFor(name, options) });
  expect(await resultOf(await world.start(name, box))).toMatchObject({ state: 'succeeded' });
  expect(box.calls.map(({ activity }) => activity)).not.toContain('rehearseRelease');
});

test('an abort need not wait for a rehearsal', async () => {
  let rehearsing = false;
  const rehearse = async () => {
    rehearsing = true;
    return neverIdle();
  };
  const box = aFakeRolloutBox({ plan: planFor('abort-rehearsal'), rehearse });
  const handle = await world.start('abort-rehearsal', box);
  await until(handle, ({ state }) => rehearsing && state === 'staging');
  await handle.executeUpdate(abort, { args: [{ actor: 'ann' }] });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { skipped: 2 } });
  expect(box.calls.every(({ locker }) => locker === null)).toBe(true);
});
