/** How each kind of trouble ends. docs/outcomes.md has the same table for people. */
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(300_000);

let here: Installation;
const policy = {
  maxDown: 3,
  maxUnproven: 6,
  verify: { stable: '4s', deadline: '30s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
  drain: { timeout: '3s', onTimeout: 'skip' },
  stop: { timeout: '3s', onTimeout: 'kill' },
};

beforeAll(async () => {
  here = await anInstallation({ lockers: 4, policy });
});
afterAll(() => here?.close());

const victim = 'l03';
const eventsOf = async (locker: string) => (await here.sandbox.bootLog(locker)).map(({ event }) => event);

async function oneRolloutWith(misbehaviour: Record<string, unknown>) {
  await here.sandbox.misbehave(victim, misbehaviour);
  await here.sandbox.commit({ message: `for ${JSON.stringify(misbehaviour)}` });
  const before = await here.sandbox.revision(victim);
  const ended = await here.rollout();
  return { ended, last: finishedOf(ended), before };
}

afterEach(async () => {
  await here.lockstep('abort', '--reason', 'next test');
  await here.lockstep('watch', '--json');
  await here.sandbox.misbehave(victim, null);
});

test('a locker that ignores TERM is killed at the deadline, recorded as killed, and updated', async () => {
  const { ended, last, before } = await oneRolloutWith({ kind: 'ignore-term' });
  expect(ended.code).toBe(0);
  expect(last).toMatchObject({ state: 'succeeded', counts: { updated: 4 } });
  expect(await here.sandbox.revision(victim)).not.toBe(before);
  const events = await eventsOf(victim);
  // One signal, no exit: it was killed.
  expect(events.slice(events.lastIndexOf('boot') - 1)).toEqual(['signal', 'boot']);
});

test('a locker that is never idle is skipped and stays up on its old release', async () => {
  const { ended, last, before } = await oneRolloutWith({ kind: 'never-idle' });
  expect(ended.code).toBe(5);
  expect(last).toMatchObject({ state: 'completed-with-exceptions', counts: { updated: 3, skipped: 1 } });
  expect(await here.sandbox.revision(victim)).toBe(before);
  expect((await eventsOf(victim)).at(-1)).not.toBe('signal');
  expect(await here.sandbox.quiesced(victim)).toBe(false);
});

test.each(['crash-50ms', 'crash-3s', 'wrong-build', 'flap'])(
  'a locker with %s on the new release is restored and the rollout holds',
  async (kind) => {
    const old = await here.sandbox.revision(victim);
    const { ended, last } = await oneRolloutWith({ kind, when: { notBuild: old } });
    expect(ended.code).toBe(3);
    expect(last).toMatchObject({ kind: 'status', state: 'held', counts: { restored: 1 } });
    expect(await here.sandbox.revision(victim)).toBe(old);
  },
);
