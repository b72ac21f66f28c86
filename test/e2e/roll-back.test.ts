/** The way back on a real box: judged by what the lockers answer and log. */
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(300_000);

let here: Installation;
const policy = {
  batches: [2, 'rest'],
  maxDown: 2,
  maxUnproven: 4,
  verify: { stable: '2s', deadline: '30s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
  onFailure: 'roll-back',
};

beforeAll(async () => {
  here = await anInstallation({ lockers: 6, policy });
});
afterAll(() => here?.close());

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const hasTwoUpdated = ({ counts }: Record<string, unknown>) => ((counts as { updated?: number })?.updated ?? 0) >= 2;
const whole = async () => {
  for (const locker of here.sandbox.lockers) expect(await here.sandbox.dataIsWhole(locker)).toBe(true);
};

test('there is nothing to roll back before the first rollout', async () => {
  const none = await here.lockstep('roll-back');
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('No rollout runs on');
});

test('after the end: every locker goes back to the version it came from, and a second time there is nothing to do', async () => {
  const before = await builds();
  expect((await here.rollout()).code).toBe(0);
  expect(await builds()).not.toEqual(before);
  const back = await here.lockstep('roll-back', '--reason', 'owners complain', '--json');
  expect(back.code).toBe(4);
  expect(finishedOf(back)).toMatchObject({ kind: 'finished', state: 'rolled-back', counts: { planned: 6, restored: 6 } });
  expect(back.stderr).toContain('6 lockers from');
  expect(await builds()).toEqual(before);
  await whole();
  const again = await here.lockstep('roll-back', '--json');
  expect(again.code).toBe(0);
  expect(again.objects.at(-1)).toMatchObject({ kind: 'nothing-to-do' });
});

test('by policy: a failure in the second batch brings the first one back, without anybody being asked', async () => {
  const before = await builds();
  const victim = 'l05';
  await here.sandbox.misbehave(victim, { kind: 'crash-50ms', when: { notBuild: before[4] } });
  const ended = await here.rollout();
  expect(ended.code).toBe(4);
  const last = finishedOf(ended);
  expect(last).toMatchObject({ state: 'rolled-back', counts: { updated: 0, failed: 0 } });
  expect(JSON.stringify(last['exceptions'])).toContain('rolled back by the policy: 1 failure');
  expect(await builds()).toEqual(before);
  await here.sandbox.misbehave(victim, null);
  await whole();
});

test('while it runs: it turns around, and each locker was told to stop once in each of its lives', async () => {
  const before = await builds();
  // One at a time, with a long proof: the command that turns it around must come before its end, on a machine that others use too.
  await here.sandbox.writeFleet({ policy: { ...policy, verify: { ...policy.verify, stable: '12s' } } });
  const running = here.startRollout('--max-down', '1');
  await running.until(hasTwoUpdated);
  const asked = await here.lockstep('roll-back');
  await here.sandbox.writeFleet({ policy });
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('It rolls back') as unknown });
  const ended = await running.ended;
  expect(finishedOf(ended)).toMatchObject({ state: 'rolled-back', counts: { updated: 0 } });
  expect(ended.code).toBe(4);
  expect(await builds()).toEqual(before);
  for (const locker of here.sandbox.lockers) {
    const events = (await here.sandbox.bootLog(locker)).map(({ event }) => event);
    // A life: boot, at most one signal, its exit.
    expect(events.join(' ')).not.toContain('signal signal');
  }
  await whole();
});
