/** Who may have the box: a second Temporal server is refused, a start supersedes, and a lease left behind is ended. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLockerd } from '../../box/client/call-lockerd';
import { runCli } from '../support/cli';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { temporalCli } from '../support/temporal-cli';

jest.setTimeout(400_000);

let here: Installation;
const policy = {
  maxDown: 2,
  batches: [1, 'rest'],
  pressure: { cpuSomeAvg10: 100 },
  verify: { stable: '1s', goodProbes: 2, deadline: '60s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'canary',
};
beforeAll(async () => {
  here = await anInstallation({ lockers: 4, policy });
});
afterAll(() => here?.close());

/** A rollout that waits at its gate, holding the box. */
async function waitingRollout(message: string): Promise<string> {
  await here.sandbox.commit({ message });
  const ended = await here.rollout('--yes');
  expect([ended.code, ended.stderr]).toEqual([3, expect.anything()]);
  return finishedOf(ended)['rollout'] as string;
}
const builds = async () => new Set(await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker))));
const boxHistory = async () => (await here.sandbox.exec('lockerctl', 'history')).stdout;
const leaseLine = async () => (await here.sandbox.exec('lockerctl', 'status')).stdout;
const terminate = () =>
  temporalCli(here.env, ['workflow', 'terminate', '-w', `box/${here.sandbox.box}`, '--reason', 'a mistake']);
const lockstepJson = async (verb: string, ...args: string[]) => finishedOf(await here.lockstep(verb, '--json', ...args));

test('a Temporal server that knows nothing of the first is refused by the box, with holder, since and what to do', async () => {
  const rollout = await waitingRollout('Held by the first server');
  const home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  const env = { ...here.env, LOCKSTEP_HOME: home };
  try {
    const { sandbox } = here;
    const second = await runCli('start-rollout', ['--box', sandbox.box, '--fleet', sandbox.fleetFile, '--json', '--yes'], env);
    expect(second.code).toBe(1);
    const { fault } = finishedOf(second) as unknown as { fault: { code: string; sentence: string; cure: string } };
    expect(fault).toMatchObject({
      code: 'HeldBy',
      sentence: expect.stringMatching(new RegExp(`^${rollout} \\(.+@.+\\) holds the box since 20`)),
      cure: expect.stringMatching(/another Temporal server.*--supersede.*release-box/),
    });
  } finally {
    await runCli('down', ['--keep-sandbox'], env);
    await rm(home, { recursive: true, force: true });
  }
  // The first one was not disturbed.
  expect((await here.lockstep('status', '--json')).code).toBe(3);
});

test('start-rollout --supersede aborts what runs, waits for its end and starts', async () => {
  const { build } = await here.sandbox.commit({ message: 'More urgent' });
  const refused = await here.rollout('--yes');
  expect([refused.code, finishedOf(refused)]).toEqual([
    1,
    expect.objectContaining({ code: 'AlreadyRunning', cure: expect.stringContaining('--supersede') }),
  ]);
  const ended = await here.rollout('--yes', '--supersede', '--gate', 'none');
  expect([ended.code, finishedOf(ended)['state']]).toEqual([0, 'succeeded']);
  expect(ended.stderr).toMatch(/A rollout runs on .* started by [^]*Aborted: [^]*waiting for its end/);
  expect(await builds()).toEqual(new Set([build]));
  const [mine, before] = (await here.lockstep('history', '--json')).objects;
  expect([mine?.['state'], before?.['state']]).toEqual(['succeeded', 'aborted']);
  // It was given back in time: nothing was taken by force.
  expect(await boxHistory()).not.toMatch(/taken over/);
});

test('release-box refuses while a rollout runs, and ends the lease of one that was terminated', async () => {
  const rollout = await waitingRollout('To be terminated');
  const refused = await here.lockstep('release-box', '--yes');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/already runs[^]*--supersede/)]);
  await terminate();
  expect(await lockstepJson('release-box', '--yes', '--reason', 'gone for good')).toMatchObject({
    kind: 'released',
    lease: { holder: rollout },
    stillDown: [],
  });
  expect(await leaseLine()).not.toContain(rollout);
  expect(await boxHistory()).toMatch(new RegExp(`take-over .*gone for good.* from ${rollout}`));
  expect(await lockstepJson('release-box', '--yes')).toMatchObject({ kind: 'released', lease: null });
  const ended = await here.rollout('--yes', '--gate', 'none');
  expect([ended.code, finishedOf(ended)['state']]).toEqual([0, 'succeeded']);
});

test('--supersede with nothing to do leaves no lease of somebody else behind', async () => {
  const lockerd = await openLockerd(connect(here.sandbox.boxConfig.socket));
  await lockerd.call('take-lease', { holder: 'left-by-joe', by: 'joe', force: false });
  lockerd.close();
  const ended = await here.rollout('--yes', '--supersede');
  expect([ended.code, finishedOf(ended)['state']]).toEqual([0, 'succeeded']);
  expect(ended.stderr).toContain('held by left-by-joe (joe)');
  expect(await leaseLine()).not.toContain('left-by-joe');
});
