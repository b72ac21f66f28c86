/** People in the loop: approve, reject, pause, resume, abort; by update, by Temporal's own CLI, and natively. */
import { temporalCli } from '../support/temporal-cli';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(300_000);

let here: Installation;
const policy = {
  maxDown: 1,
  batches: [1, 1, 'rest'],
  verify: { stable: '1s', goodProbes: 2, deadline: '30s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'every',
};
beforeAll(async () => {
  here = await anInstallation({ lockers: 4, policy });
});
afterAll(() => here?.close());
beforeEach(() => here.sandbox.commit({ message: expect.getState().currentTestName ?? 'a change' }));

const temporal = (...args: string[]) => temporalCli(here.env, args);
const workflow = () => `box/${here.sandbox.box}`;
const waiting = (batch: number) => (object: Record<string, unknown>) =>
  object['state'] === 'waiting-for-approval' && (object['gate'] as { batch: number } | null)?.batch === batch;
const updatedNow = async (builds: readonly (string | null)[]) =>
  (await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)))).filter(
    (now, index) => now !== builds[index],
  ).length;
const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));

const inFlight = (object: Record<string, unknown>) =>
  (object['lockers'] as { stage: string }[]).filter(({ stage }) => stage !== 'waiting' && stage !== 'ended').length;

async function waitFor(batch: number): Promise<Record<string, unknown>> {
  const ended = await here.lockstep('watch', '--json');
  expect(ended.code).toBe(3);
  const last = finishedOf(ended);
  expect(waiting(batch)(last)).toBe(true);
  return last;
}

test('approve by update lets the next batch begin; a stale and a wrong one are refused with a sentence', async () => {
  const old = await builds();
  const first = await here.rollout('--yes');
  expect(first.code).toBe(3);
  expect(await updatedNow(old)).toBe(1);

  const wrong = await here.lockstep('approve', '--batch', '3');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/batch 2/);
  expect((await here.lockstep('approve', '--batch', '2')).code).toBe(0);
  await waitFor(3);
  expect(await updatedNow(old)).toBe(2);
  const stale = await here.lockstep('approve', '--batch', '2');
  expect(stale.code).toBe(1);
  expect(await updatedNow(old)).toBe(2);

  // A no holds it; the yes that follows lifts that.
  expect((await here.lockstep('reject', '--batch', '3', '--reason', 'not today')).code).toBe(0);
  const held = await here.lockstep('watch', '--json');
  expect(held.code).toBe(3);
  expect(finishedOf(held)).toMatchObject({ state: 'held', holds: [{ reason: 'rejected' }] });
  expect(await updatedNow(old)).toBe(2);
  expect((await here.lockstep('approve', '--batch', '3')).code).toBe(0);
  expect((await here.lockstep('watch', '--json')).code).toBe(0);
  expect(await updatedNow(old)).toBe(4);
});

test('approve and reject by `temporal workflow signal`; a stale signal changes nothing and is noted', async () => {
  const old = await builds();
  const { planDigest } = finishedOf(await here.rollout('--yes')) as unknown as { planDigest: string };
  const signal = (name: string, batch: number) =>
    temporal(
      'workflow',
      'signal',
      '--workflow-id',
      workflow(),
      '--name',
      name,
      '--input',
      JSON.stringify({ actor: 'ann', batch, planDigest }),
    );

  await signal('approve', 3);
  const noted = JSON.parse((await here.lockstep('status', '--json')).stdout.trim().split('\n').at(-1) as string) as {
    notes: string[];
    state: string;
  };
  expect(noted.state).toBe('waiting-for-approval');
  expect(noted.notes.join('\n')).toMatch(/approve/);

  await signal('approve', 2);
  await waitFor(3);
  await signal('reject', 3);
  const held = await here.lockstep('watch', '--json');
  expect(held.code).toBe(3);
  expect(finishedOf(held)).toMatchObject({ state: 'held', holds: [{ reason: 'rejected' }] });
  expect(await updatedNow(old)).toBe(2);

  await temporal(
    'workflow',
    'signal',
    '--workflow-id',
    workflow(),
    '--name',
    'abort',
    '--input',
    JSON.stringify({ actor: 'ann' }),
  );
  expect((await here.lockstep('watch', '--json')).code).toBe(4);
  for (const locker of here.sandbox.lockers) expect(await here.sandbox.health(locker)).toBe(true);
});

test('pause lets lockers in flight reach a safe point and begins no other; resume goes on', async () => {
  // Long enough in flight for a pause by hand, on a machine that others use too.
  await here.sandbox.writeFleet({ policy: { ...policy, verify: { ...policy.verify, stable: '10s' } } });
  const old = await builds();
  const running = here.startRollout('--yes', '--gate', 'none');
  await running.until((object) => Array.isArray(object['lockers']) && inFlight(object) === 1);
  expect((await here.lockstep('pause', '--reason', 'lunch')).code).toBe(0);
  const paused = await running.until((object) => object['state'] === 'paused' && inFlight(object) === 0);
  expect(JSON.stringify(paused['pause'])).toContain('lunch');
  const at = await updatedNow(old);
  for (const locker of here.sandbox.lockers) expect(await here.sandbox.health(locker)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await updatedNow(old)).toBe(at);
  expect(at).toBe(1);
  expect((await here.lockstep('resume')).code).toBe(0);
  expect((await running.ended).code).toBe(0);
  expect(await updatedNow(old)).toBe(4);
  await here.sandbox.writeFleet({ policy });
});

test("Temporal's own pause is survived: nothing is lost, status says so, and after unpause it ends well", async () => {
  const old = await builds();
  const running = here.startRollout('--yes', '--gate', 'none', '--detach');
  await running.ended;
  await temporal('workflow', 'pause', '--workflow-id', workflow(), '--reason', 'native');
  const asked = await here.lockstep('status');
  expect(asked.stdout + asked.stderr).toMatch(/paused in Temporal/i);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await temporal('workflow', 'unpause', '--workflow-id', workflow());
  expect((await here.lockstep('watch', '--json')).code).toBe(0);
  expect(await updatedNow(old)).toBe(4);
});

test('changes frozen on the box beat the approval: it holds with who and why, a plan is refused, and thawed it goes on', async () => {
  const old = await builds();
  expect((await here.rollout('--yes')).code).toBe(3);
  const reason = 'the disk is being replaced';
  expect((await here.sandbox.exec('lockerctl', 'freeze-changes', '--reason', reason)).code).toBe(0);
  expect((await here.lockstep('approve', '--batch', '2')).code).toBe(0);
  const held = await here.lockstep('watch', '--json');
  expect(held.code).toBe(3);
  expect(finishedOf(held)).toMatchObject({ state: 'held', holds: [{ reason: 'changes-frozen' }] });
  expect(JSON.stringify(finishedOf(held))).toContain(reason);
  expect(await updatedNow(old)).toBe(1);
  expect(await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.quiesced(locker)))).not.toContain(true);

  const plan = await here.lockstep('plan');
  expect([plan.code, plan.stderr]).toEqual([1, expect.stringContaining(reason) as string]);
  expect((await here.sandbox.exec('lockerctl', 'thaw-changes')).code).toBe(0);
  expect((await here.lockstep('resume')).code).toBe(0);
  await waitFor(3);
  expect((await here.lockstep('approve', '--batch', '3')).code).toBe(0);
  expect((await here.lockstep('watch', '--json')).code).toBe(0);
  expect(await updatedNow(old)).toBe(4);
});
