/** The front door on a real box: judged by what the lockers answer and log, not by our own state. */
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(240_000);

let here: Installation;
beforeAll(async () => {
  here = await anInstallation({ lockers: 12 });
});
afterAll(() => here?.close());

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const bootsOf = async (locker: string) => (await here.sandbox.bootLog(locker)).filter(({ event }) => event === 'boot').length;

test('the first command brings all lockers to the new release, and the second finds nothing to do', async () => {
  const before = await builds();
  const first = await here.rollout();
  expect(first.stderr).not.toContain('Error');
  expect(first.code).toBe(0);
  const finished = finishedOf(first);
  expect(finished).toMatchObject({
    kind: 'finished',
    state: 'succeeded',
    counts: { planned: 12, updated: 12, unchanged: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 },
  });
  const after = await builds();
  expect(new Set(after).size).toBe(1);
  expect(before).not.toContain(after[0]);

  const boots = await Promise.all(here.sandbox.lockers.map(bootsOf));
  const again = await here.rollout();
  expect(again.code).toBe(0);
  expect(finishedOf(again)).toMatchObject({ kind: 'finished', state: 'succeeded', counts: { planned: 12, unchanged: 12 } });
  expect(await Promise.all(here.sandbox.lockers.map(bootsOf))).toEqual(boots);
});

test('each locker got one halt signal and ended cleanly, with its data whole', async () => {
  for (const locker of here.sandbox.lockers) {
    const log = await here.sandbox.bootLog(locker);
    const lastBoot = log.map(({ event }) => event).lastIndexOf('boot');
    const life = log.slice(0, lastBoot);
    const begun = life.map(({ event }) => event).lastIndexOf('boot');
    expect(life.slice(begun).map(({ event }) => event)).toEqual(['boot', 'signal', 'exit']);
    expect(await here.sandbox.dataIsWhole(locker)).toBe(true);
  }
});

test('a broken release: the canary fails and is restored, the rollout holds, nobody else is touched', async () => {
  const before = await builds();
  const boots = await Promise.all(here.sandbox.lockers.map(bootsOf));
  const ended = await here.rollout('--ref', 'broken');
  expect(ended.code).toBe(3);
  expect(finishedOf(ended)).toMatchObject({ kind: 'status', state: 'held', counts: { restored: 1 } });
  expect(await builds()).toEqual(before);
  const now = await Promise.all(here.sandbox.lockers.map(bootsOf));
  expect(now.filter((count, index) => count !== boots[index])).toHaveLength(1);

  const aborted = await here.lockstep('abort', '--reason', 'broken release');
  expect(aborted.code).toBe(0);
  const watched = await here.lockstep('watch', '--json');
  expect(watched.code).toBe(4);
});
