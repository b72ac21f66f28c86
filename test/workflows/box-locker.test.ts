/** Adding and removing one locker: in which order, and that the box is given back whatever happens. */
import { randomUUID } from 'node:crypto';
import { ApplicationFailure, Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { TASK_QUEUES } from '../../activities/contract';
import type { BoxActivities, LockerActivities, LockerLook } from '../../activities/contract';
import { FAULTS } from '../../domain/faults';
import type { FaultCode } from '../../domain/faults';
import type { BoxName } from '../../domain/model/ids';
import { connect } from '../../embedded/connect';
import type { boxLocker } from '../../workflows/box-locker';
import { lockerIdOf } from '../../workflows/messages';
import type { LockerRequest } from '../../workflows/messages';
import { anInventory, aPolicy, aRelease, lockerName } from '../support/builders';
import { installQuietRuntime, ownBundle } from '../support/rollout-world';
import { startTemporal } from '../support/temporal-server';
import type { TestServer } from '../support/temporal-server';

jest.setTimeout(240_000);

type All = BoxActivities & LockerActivities;

let server: TestServer;
let client: Client;
let workers: Worker[];
let runs: Promise<unknown>[];
let close: () => Promise<void>;
let called: string[];
let acts: Partial<All>;

beforeAll(async () => {
  installQuietRuntime();
  server = await startTemporal();
  const connection = await connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection });
  const workflowBundle = await ownBundle();
  const names: (keyof All)[] = [
    'takeLease',
    'lookAtLocker',
    'addLocker',
    'deployLocker',
    'startLocker',
    'verifyLocker',
    'stopLocker',
    'removeLocker',
    'settleBox',
    'releaseLease',
  ];
  const activities = Object.fromEntries(names.map((name) => [name, (input: unknown) => call(name, input)]));
  const grace = { shutdownGraceTime: '1s', shutdownForceTime: '3s' } as const;
  workers = [
    await Worker.create({
      connection: native,
      taskQueue: TASK_QUEUES.workflows,
      workflowBundle,
      workflowThreadPoolSize: 1,
      ...grace,
    }),
    await Worker.create({ connection: native, taskQueue: TASK_QUEUES.ssh, activities, ...grace }),
  ];
  runs = workers.map((worker) => worker.run());
  close = async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.allSettled(runs);
    await native.close();
    await connection.close();
    await server.stop();
  };
});
afterAll(() => close?.());

async function call(name: keyof All, input: unknown): Promise<unknown> {
  called.push(name);
  const act = acts[name] as ((given: unknown) => Promise<unknown>) | undefined;
  if (act) return act(input);
  throw ApplicationFailure.nonRetryable(`the test did not expect ${name}`);
}

/** As the worker throws it. */
function fault(code: FaultCode, sentence: string): never {
  throw ApplicationFailure.create({
    type: code,
    message: sentence,
    nonRetryable: true,
    details: [{ code, sentence, cure: FAULTS[code].cure, evidence: [] }],
  });
}

const policy = aPolicy();
const lookWith = (locker: LockerLook['locker']): LockerLook => ({
  locker,
  release: aRelease(),
  lane: { maxStarting: policy.maxStarting, pressure: policy.pressure },
  stop: policy.stop,
  drain: policy.drain,
  verify: policy.verify,
});
const seen = anInventory({ lockers: 1 }).lockers[0] ?? null;
const lease = { holder: 'h', generation: 4, by: 'ann', since: '2026-11-20T10:00:00.000Z' };

beforeEach(() => {
  called = [];
  acts = {
    takeLease: async () => lease,
    addLocker: async () => ({ newData: true }),
    deployLocker: async () => ({ version: 1 }),
    startLocker: async () => ({ kind: 'serving' }),
    verifyLocker: async () => ({ kind: 'healthy', build: 'b', tookMs: 1 }) as never,
    stopLocker: async () => ({ kind: 'stopped' }),
    removeLocker: async () => ({ data: '/me/locker-001' }),
    settleBox: async () => ({ removed: [], owed: [] }),
    releaseLease: async () => {},
  };
});

function run(change: LockerRequest['change'], look: LockerLook['locker']) {
  acts.lookAtLocker = async () => lookWith(look);
  const box = `b-${randomUUID().slice(0, 8)}` as BoxName;
  const request: LockerRequest = { box, locker: lockerName(1), holder: 'h', by: 'ann', change };
  const options = { workflowId: lockerIdOf(box), taskQueue: TASK_QUEUES.workflows };
  return client.workflow.execute<typeof boxLocker>('boxLocker', { ...options, args: [request] });
}
const add = (look: LockerLook['locker'] = null) => run({ kind: 'add', adoptData: false }, look);
const remove = (look: LockerLook['locker'] = seen) => run({ kind: 'remove', deleteData: false }, look);
const causeOf = (error: unknown): unknown => (error as { cause?: unknown }).cause;

test('a new locker is laid down, deployed, started and proven under a lease of its own', async () => {
  expect(await add()).toEqual({ kind: 'added', release: aRelease().label, newData: true });
  const steps = ['addLocker', 'deployLocker', 'startLocker', 'verifyLocker'];
  expect(called).toEqual(['takeLease', 'lookAtLocker', ...steps, 'settleBox', 'releaseLease']);
});

test('one that does not serve is told with its evidence, and the box is settled and given back', async () => {
  acts.startLocker = async () => ({ kind: 'not-serving', evidence: ['no such module'] });
  expect(await add()).toEqual({ kind: 'added-unproven', release: aRelease().label, evidence: ['no such module'] });
  expect(called.slice(-2)).toEqual(['settleBox', 'releaseLease']);
  expect(called).not.toContain('verifyLocker');
});

test('whatever goes wrong, the box is given back and the fault is the one of the box', async () => {
  acts.addLocker = async () => fault('DataExists', 'There are data.');
  const error = await add().catch(causeOf);
  expect(error).toMatchObject({ type: 'DataExists', details: [expect.objectContaining({ sentence: 'There are data.' })] });
  expect(called).toEqual(['takeLease', 'lookAtLocker', 'addLocker', 'releaseLease']);
});

test('while somebody else holds the box nothing is looked at or touched', async () => {
  acts.takeLease = async () => fault('HeldBy', 'jane holds it.');
  expect(await add().catch(causeOf)).toMatchObject({ type: 'HeldBy' });
  expect(called).toEqual(['takeLease']);
});

test('one that is there already is not added again, and one that is not there is not removed', async () => {
  expect(await add(seen).catch(causeOf)).toMatchObject({ type: 'LockerExists' });
  expect(await remove(null).catch(causeOf)).toMatchObject({ type: 'UnknownLocker' });
  expect(called).not.toContain('addLocker');
  expect(called).not.toContain('stopLocker');
});

test('a locker is stopped before it is removed, and where its data are is told', async () => {
  expect(await remove()).toEqual({ kind: 'removed', data: '/me/locker-001' });
  expect(called).toEqual(['takeLease', 'lookAtLocker', 'stopLocker', 'removeLocker', 'settleBox', 'releaseLease']);
});

test('one that does not end in time under the policy hold is left as it is', async () => {
  acts.stopLocker = async () => ({ kind: 'stop-timed-out', evidence: ['busy'] });
  expect(await remove()).toEqual({ kind: 'still-running', evidence: ['busy'] });
  expect(called).not.toContain('removeLocker');
});
