/** One rollout with the rules that people get who write none: maxDown 10 %, stable 10 s, canary soak 30 s, a gate after the canary. */
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(420_000);

let here: Installation;
beforeAll(async () => {
  here = await anInstallation({ lockers: 12, policy: { rehearsal: 'auto' } });
});
afterAll(() => here?.close());

const serving = async () =>
  (await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.health(locker).catch(() => false)))).filter(Boolean)
    .length;

/** The least that ever served, asked from outside until told to stop. One that misses a single look on a busy machine is not down. */
function watchServing() {
  let least = Number.POSITIVE_INFINITY;
  let before = Number.POSITIVE_INFINITY;
  const look = async () => {
    const now = await serving();
    least = Math.min(least, Math.max(before, now));
    before = now;
  };
  // Where the test fails nobody tells it to stop.
  const looks = setInterval(() => void look(), 100).unref();
  return () => {
    clearInterval(looks);
    return least;
  };
}

test('twelve lockers, one down at a time, asked after the canary', async () => {
  const before = await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
  const leastServing = watchServing();
  const began = performance.now();
  const first = await here.rollout();
  expect(first.code).toBe(3);
  expect(finishedOf(first)).toMatchObject({ state: 'waiting-for-approval', gate: { batch: 2 }, counts: { updated: 1 } });
  // Stable for 10 s and soaked for 30 s before it asks.
  expect(performance.now() - began).toBeGreaterThan(40_000);
  expect((await here.lockstep('approve', '--batch', '2')).code).toBe(0);
  const watched = await here.lockstep('watch', '--json');
  expect(watched.code).toBe(0);
  expect(finishedOf(watched)).toMatchObject({ kind: 'finished', state: 'succeeded', counts: { planned: 12, updated: 12 } });
  expect(leastServing()).toBeGreaterThanOrEqual(11);
  const after = await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
  expect(new Set(after).size).toBe(1);
  expect(before).not.toContain(after[0]);
});
