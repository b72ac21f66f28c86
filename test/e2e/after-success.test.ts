/** What comes after a success, and what is asked for twice, on real lockers: a crash loop is brought back, the same release again, a release that is older, a fix over a held rollout. */
import { setTimeout as sleep } from 'node:timers/promises';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(400_000);

let here: Installation;
const policy = {
  maxDown: 4,
  batches: ['rest'],
  verify: { stable: '1s', goodProbes: 1, deadline: '60s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
  rewind: true,
};
beforeAll(async () => {
  here = await anInstallation({ lockers: 2, policy });
});
afterAll(() => here?.close());

const victim = 'l02';
const boots = async (locker: string) => (await here.sandbox.bootLog(locker)).filter(({ event }) => event === 'boot').length;
const boxSays = async (...argv: string[]) => (await here.sandbox.exec('lockerctl', ...argv)).stdout;
const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 240; look += 1) {
    if (await what().catch(() => false)) return;
    await sleep(1_000);
  }
  throw new Error(`not reached\n${await boxSays('status')}\n${await boxSays('history')}`);
}

test('the same release again is nothing to do; forced, every locker is stopped and started once more', async () => {
  await here.sandbox.commit({ message: 'The first one' });
  expect((await here.rollout()).code).toBe(0);
  const before = await Promise.all(here.sandbox.lockers.map(boots));
  const again = await here.rollout();
  expect([again.code, finishedOf(again)]).toMatchObject([0, { state: 'succeeded', counts: { unchanged: 2, updated: 0 } }]);
  expect(await Promise.all(here.sandbox.lockers.map(boots))).toEqual(before);
  const forced = await here.rollout('--force-same');
  expect([forced.code, finishedOf(forced)]).toMatchObject([0, { state: 'succeeded', counts: { updated: 2 } }]);
  expect(await Promise.all(here.sandbox.lockers.map(boots))).toEqual(before.map((count) => count + 1));
});

test('an older release is refused with who would go back; forced, it is walked', async () => {
  const now = await builds();
  const refused = await here.rollout('--ref', 'v1');
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('"Downgrade"')]);
  expect(await builds()).toEqual(now);
  const forced = await here.rollout('--ref', 'v1', '--allow-downgrade');
  expect([forced.code, finishedOf(forced)]).toMatchObject([0, { counts: { updated: 2 } }]);
  expect(await builds()).not.toEqual(now);
  expect((await here.rollout()).code).toBe(0);
  expect(await builds()).toEqual(now);
});

test('a release under which a locker crashes again and again after its success is taken back by the box, once, and told', async () => {
  const old = await here.sandbox.revision(victim);
  await here.sandbox.commit({ message: 'It dies after a while' });
  await here.sandbox.misbehave(victim, { kind: 'crash-3s', when: { notBuild: old } });
  const ended = await here.rollout();
  expect([ended.code, finishedOf(ended)]).toMatchObject([0, { state: 'succeeded', counts: { updated: 2 } }]);
  await until(async () => (await boxSays('history')).includes(`${victim} brought back: serving`));
  expect(await here.sandbox.revision(victim)).toBe(old);
  expect(await boxSays('history')).toContain('crash-loop');
  const told = await here.lockstep('status', '--json');
  expect([told.code, finishedOf(told)]).toMatchObject([
    5,
    { state: 'succeeded', alarms: [expect.stringContaining(`${victim} was brought back by its box`)] },
  ]);
  await here.sandbox.misbehave(victim, null);
});

test('a release that reports the wrong build holds, and its fix supersedes the held rollout', async () => {
  const held = await here.rollout('--ref', 'wrong-build');
  expect([held.code, finishedOf(held)]).toMatchObject([3, { state: 'held' }]);
  const { build } = await here.sandbox.commit({ message: 'The fix' });
  const fixed = await here.rollout('--supersede');
  expect([fixed.code, finishedOf(fixed)]).toMatchObject([0, { state: 'succeeded' }]);
  expect(await builds()).toEqual([build, build]);
});
