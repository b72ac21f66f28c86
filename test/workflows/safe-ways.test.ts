/** What a rollout does with a box that an earlier one left, and with a plan that changed under it. */
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { BoxName } from '../../domain/model/ids';
import { openDoor } from '../../starters/operations/door';
import type { Door } from '../../starters/operations/door';
import { startRollout } from '../../starters/operations/start-rollout';
import { aPlan, aRelease, anOwed } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { openWorld, resultOf } from '../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
let door: Door;
beforeAll(async () => {
  world = await openWorld();
  const { connection } = world.client;
  door = openDoor({ connection, address: world.server.address, namespace: 'default', webUi: 'http://127.0.0.1:8233/' });
});
afterAll(() => world.close());

const quick = { soak: { canary: '0s', batch: '0s' }, gates: 'none' } as const;
const codeOf = async (handle: RolloutHandle): Promise<unknown> => {
  const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? cause.type : error;
};
const LEFT = { holder: 'a-terminated-rollout', generation: 6, by: 'joe', since: '2026-11-20T09:00:00.000Z' };

test('a box that a terminated rollout holds is taken over only by a start that says so', async () => {
  const box = aFakeRolloutBox({ plan: aPlan({ box: 'left', policy: quick }) });
  box.lease = LEFT;
  expect(await codeOf(await world.start('left', box))).toBe('HeldBy');
  const request = { box: BoxName.parse('left'), ref: null, policy: {}, by: 'ann', expectedDigest: null, supersede: true };
  const { workflowId } = await startRollout(door, request);
  const finished = await resultOf(world.client.workflow.getHandle(workflowId));
  expect(finished).toMatchObject({ state: 'succeeded' });
  expect(box.lease).toBeNull();
});

test('what was confirmed still holds after the owed ones were brought up: another release is refused', async () => {
  const before = aPlan({ box: 'moved', policy: quick, each: { 'locker-001': { owed: anOwed() } } });
  const after = aPlan({ box: 'moved', policy: quick, release: aRelease('newer') });
  const box = aFakeRolloutBox({ plan: before });
  Object.assign(box.activities, {
    payOwed: async () => {
      box.options = { ...box.options, plan: after };
      return { stillDown: [] };
    },
  });
  expect(await codeOf(await world.start('moved', box, { expectedDigest: before.digest }))).toBe('WorldChanged');
  expect(box.calls.map(({ activity }) => activity)).not.toContain('stageRelease');
  expect(box.lease).toBeNull();
});

const stranger = (): never => {
  throw ApplicationFailure.create({ type: 'HostKeyMismatch', message: 'keyed shows another host key' });
};

test('a box whose host key changed is given back as soon as it is itself again', async () => {
  const box = aFakeRolloutBox({ plan: aPlan({ box: 'keyed', policy: quick }) });
  const before = { ...box.activities };
  let asked = 0;
  Object.assign(box.activities, {
    stageRelease: async () => stranger(),
    releaseLease: async (held: Parameters<typeof before.releaseLease>[0]) => {
      asked += 1;
      return asked < 3 ? stranger() : before.releaseLease(held);
    },
  });
  expect(await codeOf(await world.start('keyed', box))).toBe('HostKeyMismatch');
  expect(box.lease).toBeNull();
});

test('a box that was taken by a request whose answer got lost is given back', async () => {
  const box = aFakeRolloutBox({ plan: aPlan({ box: 'unsure', policy: quick }) });
  const before = { ...box.activities };
  Object.assign(box.activities, {
    takeLease: async (asked: Parameters<typeof before.takeLease>[0]) => {
      await before.takeLease(asked);
      return stranger();
    },
  });
  expect(await codeOf(await world.start('unsure', box))).toBe('HostKeyMismatch');
  expect(box.calls.map(({ activity }) => activity)).toEqual(['takeLease', 'releaseLease']);
  expect(box.lease).toBeNull();
});
