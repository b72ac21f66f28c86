/** Taking a box over: from a rollout that runs here, and from one that left its lease behind. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BoxName } from '../../domain/model/ids';
import { openDoor } from '../../starters/operations/door';
import type { Door } from '../../starters/operations/door';
import { endRunning } from '../../starters/operations/end-running';
import type { EndedRunning } from '../../starters/operations/end-running';
import { follow } from '../../starters/operations/follow';
import type { Followed } from '../../starters/operations/follow';
import { lookAtBox, releaseBox } from '../../starters/operations/release-box';
import { status } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox, neverIdle, throwFault } from '../support/fake-rollout-box';
import type { FakeBoxOptions, FakeRolloutBox } from '../support/fake-rollout-box';
import { openWorld, until } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
let door: Door;
beforeAll(async () => {
  world = await openWorld();
  const { connection } = world.client;
  door = openDoor({ connection, address: world.server.address, namespace: 'default', webUi: null });
});
afterAll(() => world.close());

const LEFT = { holder: 'a-terminated-rollout', generation: 6, by: 'joe', since: '2026-11-20T09:00:00.000Z' };
const endOf = async (handle: RolloutHandle) => (await handle.describe()).status.name;
const temporal = (...words: string[]) => promisify(execFile)(world.server.binary, [...words, '--address', world.server.address]);

/** Hears no cancel, and is idle only when nobody waits for it any more. */
const deaf = async () => {
  await sleep(8_000);
  return { kind: 'idle', waitedMs: 8_000 } as const;
};
const DEAF = { 'locker-001': deaf, 'locker-002': deaf, 'locker-003': deaf };

/** A rollout whose canary drains and never comes to rest. */
async function draining(
  name: string,
  more: Partial<FakeBoxOptions> = {},
): Promise<{ box: FakeRolloutBox; handle: RolloutHandle }> {
  const plan = aPlan({ box: name, lockers: 3, policy: { batches: [1, 'rest'], gates: 'none' } });
  const canary = plan.batches[0]?.lockers[0] as string;
  const box = aFakeRolloutBox({ plan, drain: { [canary]: neverIdle }, ...more });
  const handle = await world.start(name, box);
  await until(handle, ({ lockers }) => lockers.some(({ stage }) => stage === 'draining'));
  return { box, handle };
}

async function end(box: string, more: { signal?: AbortSignal; silentMs?: number; longestMs?: number } = {}) {
  const told: string[] = [];
  const signal = new AbortController().signal;
  const ended: EndedRunning = await endRunning(door, box, {
    by: 'ann',
    reason: 'urgent',
    signal,
    progress: (line) => void told.push(line),
    ...more,
  });
  return { ended, told: told.join('\n') };
}

test('a rollout that runs is aborted and comes to its end, with the box given back', async () => {
  const { box, handle } = await draining('answering');
  const { ended, told } = await end('answering');
  expect(ended).toBe('ended');
  expect(told).toMatch(/started by test[^]*waiting for its end/);
  expect(await handle.result()).toMatchObject({ state: 'aborted' });
  expect((await handle.query(status)).notes.join()).not.toMatch(/lease was not given back/);
  expect(box.lease).toBeNull();
  expect(await end('answering')).toMatchObject({ ended: 'none-ran' });
});

test('one that does not come to its end is terminated, and its lease is there to be taken over', async () => {
  const { box, handle } = await draining('hanging', {
    drain: DEAF,
  });
  const { ended, told } = await end('hanging', { silentMs: 1_500 });
  expect(ended).toBe('terminated');
  expect(told).toMatch(/does not come to its end: terminating it/);
  expect(await endOf(handle)).toBe('TERMINATED');
  expect(box.lease).not.toBeNull();
});

test("one that is paused in Temporal is terminated at once: it can't be told anything", async () => {
  const { handle } = await draining('natively-paused');
  await temporal('workflow', 'pause', '-w', 'box/natively-paused', '--reason', 'lunch');
  expect(await end('natively-paused')).toMatchObject({
    ended: 'terminated',
    told: expect.stringContaining('paused in Temporal'),
  });
  expect(await endOf(handle)).toBe('TERMINATED');
});

test('who leaves while he waits has aborted it and terminates nothing', async () => {
  const { handle } = await draining('left', { drain: DEAF });
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(), 1_000);
  expect(await end('left', { signal: leaving.signal })).toMatchObject({ ended: 'left' });
  expect(await endOf(handle)).not.toBe('TERMINATED');
  await handle.terminate().catch(() => {});
});

const boxNamed = (name: string) => BoxName.parse(name);
const release = async (name: string) =>
  releaseBox(door, { box: boxNamed(name), by: 'ann', look: await lookAtBox(door, boxNamed(name)) });

/** The fake behind the activities, without a rollout that runs on it. */
async function aLeftBox(name: string, more: Partial<FakeBoxOptions> = {}): Promise<FakeRolloutBox> {
  const box = aFakeRolloutBox({
    plan: aPlan({ box: name, lockers: 3, policy: { gates: 'none', soak: { canary: '0s', batch: '0s' } } }),
    ...more,
  });
  await (await world.start(name, box)).result();
  box.calls.splice(0);
  box.lease = LEFT;
  return box;
}

test('a lease left behind is ended: taken by force, what is owed brought up, and given back', async () => {
  const box = await aLeftBox('left-behind', { owed: ['locker-001', 'locker-002'], owedStillDown: ['locker-002'] });
  expect(await release('left-behind')).toEqual({ lease: LEFT, broughtUp: ['locker-001'], stillDown: ['locker-002'] });
  expect(box.calls.map(({ activity }) => activity)).toEqual([
    'inspectBox',
    'inspectBox',
    'takeLease',
    'payOwed',
    'settleBox',
    'releaseLease',
  ]);
  expect(box.lease).toBeNull();
});

test('a holder who came after the look is not thrown out', async () => {
  const box = await aLeftBox('changed-hands');
  const look = await lookAtBox(door, boxNamed('changed-hands'));
  box.lease = { ...LEFT, holder: 'another', by: 'eve' };
  await expect(releaseBox(door, { box: boxNamed('changed-hands'), by: 'ann', look })).rejects.toMatchObject({
    code: 'WorldChanged',
    sentence: expect.stringContaining('another (eve)'),
  });
  expect(box.lease).toMatchObject({ holder: 'another' });
});

test('what goes wrong in a release leaves no lease of its own behind', async () => {
  const box = await aLeftBox('full-disk');
  Object.assign(box.activities, { settleBox: async () => throwFault('DiskFull', 'No space left.') });
  await expect(release('full-disk')).rejects.toMatchObject({ code: 'DiskFull' });
  expect(box.lease).toBeNull();
});

test('who follows a rollout is told of its own end, also where the next one has begun already', async () => {
  const { handle } = await draining('followed');
  const { rollout } = await handle.query(status);
  const seen: Followed[] = [];
  for await (const one of follow(door, 'followed', AbortSignal.timeout(60_000))) {
    if (seen.push(one) > 1) continue;
    await handle.terminate();
    await world.start('followed', aFakeRolloutBox({ plan: aPlan({ box: 'followed', lockers: 3, policy: { gates: 'canary' } }) }));
  }
  expect(seen.at(-1)).toMatchObject({ kind: 'finished', rollout, fault: { code: 'RolloutTerminated' } });
  await world.client.workflow.getHandle('box/followed').terminate();
});
