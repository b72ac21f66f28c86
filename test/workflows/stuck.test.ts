/**
 * A rollout whose workflow task fails: a worker of an older version meets the marker of a newer one, which it can never replay.
 * Every question and message says so with the failure's own words, and the product itself can end it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BoxName, LockerName } from '../../domain/model/ids';
import { briefOf } from '../../starters/operations/brief-of';
import { openDoor } from '../../starters/operations/door';
import type { Door } from '../../starters/operations/door';
import { endRunning, endStuck, stuckRollout } from '../../starters/operations/end-running';
import { follow } from '../../starters/operations/follow';
import { history } from '../../starters/operations/history';
import { lookAtBox, releaseBox } from '../../starters/operations/release-box';
import { lastRollout } from '../../starters/operations/running-rollout';
import * as send from '../../starters/operations/send';
import { refuseIfRunning } from '../../starters/operations/start-rollout';
import { statusOf } from '../../starters/operations/status-of';
import { stuckRollouts } from '../../starters/operations/stuck-rollouts';
import { walkedOf } from '../../starters/operations/walked-of';
import { copyProduct } from '../chaos/referee/product-copy';
import { CHANGED_WORKFLOW } from '../replay/changed-workflow';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import type { FakeRolloutBox } from '../support/fake-rollout-box';
import { openWorld, until } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';
import { startTemporal } from '../support/temporal-server';
import type { TestServer } from '../support/temporal-server';

jest.setTimeout(300_000);
const NAMES = ['told', 'asked', 'superseded', 'released'] as const;
const actor = 'ann';
const boxes: Record<string, FakeRolloutBox> = {};
let server: TestServer;
let world: RolloutWorld;
let door: Door;
let newer: string;

/** Begun by a newer worker, each waits at a gate; from then on an older one has them. */
beforeAll(async () => {
  server = await startTemporal();
  newer = await copyProduct(CHANGED_WORKFLOW);
  const before = await openWorld({ server, workflowsPath: join(newer, 'workflows/index.ts') });
  for (const name of NAMES) {
    boxes[name] = aFakeRolloutBox({
      plan: aPlan({
        box: name,
        lockers: 2,
        policy: { batches: [1, 'rest'], gates: 'canary', soak: { canary: '0s', batch: '0s' } },
      }),
    });
    await until(await before.start(name, boxes[name]), ({ gate }) => gate !== null);
  }
  await before.close();
  world = await openWorld({ server, boxes, attributesAreThere: true });
  const { connection } = world.client;
  door = openDoor({ connection, address: server.address, namespace: 'default', webUi: null });
});
afterAll(async () => {
  await world.close();
  await server.stop();
  rmSync(newer, { recursive: true, force: true });
});

const boxNamed = (name: string) => BoxName.parse(name);
const signal = (name: string) => world.client.workflow.getHandle(`box/${name}`).signal('resume', { actor });
const stuck = { code: 'RolloutStuck', evidence: expect.arrayContaining([expect.stringContaining('wait-before-drain')]) };

const batch = { actor, batch: 2, planDigest: 'a'.repeat(64) };
const QUESTIONS: readonly [string, () => Promise<unknown>][] = [
  ['status', () => statusOf(door, 'told')],
  ['the brief of an approval', () => briefOf(door, 'told')],
  ['what roll-back asks', async () => walkedOf(door, 'told', (await lastRollout(door, 'told'))?.runId ?? '')],
  ['approve', () => send.sendApprove(door, 'told', batch)],
  ['reject', () => send.sendReject(door, 'told', batch)],
  ['pause', () => send.sendPause(door, 'told', { actor })],
  ['resume', () => send.sendResume(door, 'told', { actor })],
  ['abort', () => send.sendAbort(door, 'told', { actor })],
  ['rollBack', () => send.sendRollBack(door, 'told', { actor })],
  ['adjust', () => send.sendAdjust(door, 'told', { actor, maxDown: 1 })],
  ['skipLocker', () => send.sendSkipLocker(door, 'told', { actor, locker: LockerName.parse('locker-002') })],
  ['retryLocker', () => send.sendRetryLocker(door, 'told', { actor, locker: LockerName.parse('locker-002') })],
];

test('a question tells it before any task has failed, and the first message after it too', async () => {
  await expect(statusOf(door, 'asked')).rejects.toMatchObject({ ...stuck, code: 'RolloutStuck' });
  await expect(send.sendPause(door, 'asked', { actor })).rejects.toMatchObject(stuck);
});

describe('once its task has failed', () => {
  beforeAll(async () => {
    await signal('told');
    while ((await lastRollout(door, 'told'))?.failing == null) await new Promise((resolve) => setTimeout(resolve, 100));
  });

  test.each(QUESTIONS)('%s says that it is stuck, and why', async (_verb, question) => {
    await expect(question()).rejects.toMatchObject({ ...stuck, cure: expect.stringContaining('--box told --supersede') });
  });

  test('a follower is told, and goes on looking', async () => {
    for await (const seen of follow(door, 'told', AbortSignal.timeout(60_000))) {
      expect(seen).toMatchObject({ kind: 'silent', fault: stuck });
      break;
    }
  });

  test('a second start is refused as ever, and the history lists it', async () => {
    await expect(refuseIfRunning(door, 'told')).rejects.toMatchObject({ code: 'AlreadyRunning' });
    expect(await history(door, 'told', 5)).toMatchObject([{ endedAt: null }]);
  });
});

test('doctor lists those that are stuck, with the words of the failure', async () => {
  const listed = await stuckRollouts(door);
  expect(listed?.find(({ box }) => box === 'told')).toMatchObject({ why: expect.stringContaining('wait-before-drain') });
  expect(listed?.find(({ box }) => box === 'released')).toBeUndefined();
});

test('--supersede terminates it at once, and its lease is there to be taken over', async () => {
  const lines: string[] = [];
  const ended = await endRunning(door, 'superseded', {
    by: 'ann',
    reason: 'urgent',
    signal: new AbortController().signal,
    progress: (line) => void lines.push(line),
  });
  expect(ended).toBe('terminated');
  expect(lines.join('\n')).toMatch(/it is stuck.*wait-before-drain.*terminating it/);
  expect(boxes['superseded']?.lease).not.toBeNull();
});

test('release-box ends it and frees the box; of one that answers it says nothing', async () => {
  const found = await stuckRollout(door, 'released');
  expect(found).toMatchObject({ state: 'running', failing: expect.stringContaining('wait-before-drain') });
  if (found) await endStuck(door, found, { box: boxNamed('released'), by: 'ann', reason: 'it is stuck' });
  await releaseBox(door, { box: boxNamed('released'), by: 'ann', look: await lookAtBox(door, boxNamed('released')) });
  expect(boxes['released']?.lease).toBeNull();
  expect(await lastRollout(door, 'released')).toMatchObject({ state: 'closed', failing: null });
  expect(await stuckRollout(door, 'released')).toBeNull();
});
