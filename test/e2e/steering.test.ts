/** Steering by the command line on a real box: what is left out stays as it is, rules change at a gate, a freeze is in the way. */
import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(300_000);

let here: Installation;
const policy = {
  batches: [1, 'rest'],
  maxDown: 1,
  verify: { stable: '2s', deadline: '30s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'canary',
};

beforeAll(async () => {
  here = await anInstallation({ lockers: 6, policy });
});
afterAll(() => here?.close());

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));

test('a locker is left out, another is skipped at the gate, and more may be down from there on', async () => {
  const before = await builds();
  const waiting = await here.rollout('--except', 'l06');
  expect(waiting.code).toBe(3);
  expect(finishedOf(waiting)).toMatchObject({ state: 'waiting-for-approval', counts: { updated: 1, skipped: 1 } });
  const adjusted = await here.lockstep('adjust', '--max-down', '3', '--reason', 'the night is short');
  expect(adjusted).toMatchObject({ code: 0, stdout: expect.stringContaining('overlay 1') as unknown });
  expect((await here.lockstep('skip-locker', '--locker', 'l05')).code).toBe(0);
  const status = await here.lockstep('status');
  expect(status.stdout).toContain('adjusted');
  expect((await here.lockstep('approve')).code).toBe(0);
  const ended = await here.lockstep('watch', '--json');
  expect(ended.code).toBe(5);
  const last = finishedOf(ended);
  expect(last).toMatchObject({ state: 'completed-with-exceptions', counts: { planned: 6, updated: 4, skipped: 2 } });
  const after = await builds();
  expect(after.slice(4)).toEqual(before.slice(4));
  expect(after.slice(0, 4)).not.toEqual(before.slice(0, 4));
});

test.each([
  [['adjust'], 'name what is to change'],
  [['adjust', '--max-down', '10%'], 'write a count from 1'],
  [['adjust', '--gates', 'some'], 'write none, every'],
  [['pause', '--for', 'long'], 'write a duration'],
  [['pause', '--for', '1h', '--until', '2030-01-01T00:00Z'], 'not both'],
  [['pause', '--until', '2020-01-01T00:00Z'], 'that time is over'],
])('%j is a usage error that says how it is written', async ([verb = '', ...args], why) => {
  const refused = await here.lockstep(verb, ...args);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(why);
});

test('a freeze of the fleet file is in the way until it is overridden with a reason, which is recorded', async () => {
  await changeFleet({ freeze: { reason: 'the big sale' } });
  const frozen = await here.rollout('--dry-run');
  expect(frozen.code).toBe(1);
  expect(JSON.stringify(frozen.objects)).toContain('The fleet file freezes changes on box lxc12: the big sale.');
  expect((await here.rollout('--dry-run', '--override-freeze', ' ')).code).toBe(2);
  const allowed = await here.rollout('--override-freeze', 'a hole in the wall', '--gate', 'none');
  expect(allowed.code).toBe(0);
  const said = allowed.objects.flatMap(({ notes }) => (notes as string[] | undefined) ?? []);
  expect(said).toContainEqual(expect.stringContaining('overrode the freeze: a hole in the wall'));
});

async function changeFleet(change: Record<string, unknown>): Promise<void> {
  const fleet = parse(await readFile(here.sandbox.fleetFile, 'utf8')) as Record<string, unknown>;
  await writeFile(here.sandbox.fleetFile, stringify({ ...fleet, policy: { ...(fleet['policy'] as object), ...change } }));
}
