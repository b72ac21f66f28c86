import { aPlan } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { openWorld, resultOf } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';

jest.setTimeout(60_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const quick = { soak: { canary: '0s', batch: '0s' }, gates: 'none' } as const;

test('a rollout updates every locker, within the slots, and gives the box back', async () => {
  const box = aFakeRolloutBox({ plan: aPlan({ box: 'normal', policy: { ...quick, maxDown: 3 } }) });
  const handle = await world.start('normal', box);
  const finished = await resultOf(handle);
  expect(finished).toMatchObject({ kind: 'finished', state: 'succeeded', counts: { planned: 12, updated: 12 }, exceptions: [] });
  expect(box.mostDown).toBeLessThanOrEqual(3);
  expect(box.lease).toBeNull();
  expect(box.down.size).toBe(0);
});
