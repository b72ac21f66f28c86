/**
 * A real Temporal server and real workers with our workflows, and boxes in memory behind the
 * activities: one worker for all boxes of a test file, each test with a box of its own.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { TASK_QUEUES } from '../../activities/contract';
import type { BoxActivities } from '../../activities/contract';
import type { BoxName } from '../../domain/model/ids';
import type { Finished, RolloutStatus } from '../../domain/model/status';
import { connect } from '../../embedded/connect';
import { lockstepHome } from '../../embedded/home';
import type { Connected } from '../../workers/mending/connected';
import { keepMending } from '../../workers/mending/keep-mending';
import { makeMendActivities } from '../../workers/mending/mend-run';
import { registerSearchAttributes } from '../../workers/register-search-attributes';
import { workflowBundle } from '../../workers/workflow-bundle';
import { status, workflowIdOf } from '../../workflows/messages';
import type { BoxRolloutInput } from '../../workflows/messages';
import type { boxRollout } from '../../workflows/box-rollout';
import type { FakeRolloutBox } from './fake-rollout-box';
import { startTemporal } from './temporal-server';
import type { TestServer } from './temporal-server';

export type RolloutHandle = WorkflowHandle<typeof boxRollout>;

export interface RolloutWorld {
  readonly client: Client;
  readonly server: TestServer;
  /** Starts a rollout on a box of that name, whose activities are the fake's. */
  start(name: string, box: FakeRolloutBox, input?: Partial<BoxRolloutInput>): Promise<RolloutHandle>;
  close(): Promise<void>;
}

const ACTIVITIES: readonly (keyof BoxActivities)[] = [
  'takeLease',
  'inspectBox',
  'releaseLease',
  'planRollout',
  'payOwed',
  'stageRelease',
  'rehearseRelease',
  'drainLocker',
  'undrainLocker',
  'updateLocker',
  'verifyLocker',
  'restoreLocker',
  'checkLockers',
  'haltLocker',
  'startLocker',
  'runHook',
  'migrateBox',
  'watchLockers',
  'settleBox',
  'proveIdentity',
];

export interface WorldWishes {
  /** One that is not to be stopped with the world; else a server of its own. */
  readonly server?: TestServer;
  readonly dataConverter?: DataConverter;
  /** A server that lists none can not be asked which it lacks. */
  readonly attributesAreThere?: boolean;
  /** Workflow code of another version. */
  readonly workflowsPath?: string;
  /** Of rollouts that run already. */
  readonly boxes?: Readonly<Record<string, FakeRolloutBox>>;
}

export async function openWorld(wishes: WorldWishes = {}): Promise<RolloutWorld> {
  const { server: given, dataConverter, attributesAreThere = false, boxes: known = {} } = wishes;
  const { workflowsPath = WORKFLOWS } = wishes;
  installQuietRuntime();
  const server = given ?? (await startTemporal());
  const converting = dataConverter === undefined ? {} : { dataConverter };
  const connection = await connect({ address: server.address });
  if (!attributesAreThere) await registerSearchAttributes(connection, 'default');
  const native = await NativeConnection.connect({ address: server.address });
  const boxes = new Map<string, FakeRolloutBox>(Object.entries(known));
  const workers = await makeWorkers(native, boxes, { ...converting, workflowsPath });
  const runs = workers.map((worker) => worker.run());
  const client = new Client({ connection, identity: 'test', ...converting });
  const ended = new AbortController();
  runs.push(keepMending({ connected: connectedBy(native, converting), signal: ended.signal, say: () => {} }));
  return {
    client,
    server,
    start: (name, box, input = {}) => {
      boxes.set(name, box);
      const whole: BoxRolloutInput = {
        box: name as BoxName,
        rollout: randomUUID(),
        by: 'test',
        ref: null,
        policy: {},
        expectedDigest: null,
        ...input,
      };
      const options = {
        workflowId: workflowIdOf(name),
        taskQueue: TASK_QUEUES.workflows,
        memo: { by: 'test', rollout: whole.rollout },
      };
      return client.workflow.start<typeof boxRollout>('boxRollout', { ...options, args: [whole] });
    },
    close: async () => {
      ended.abort();
      for (const worker of workers) worker.shutdown();
      await Promise.allSettled(runs);
      await native.close();
      await connection.close();
      if (given === undefined) await server.stop();
    },
  };
}

/** Once in a process: jest gives each test file a module registry of its own, but the runtime is native. */
export function installQuietRuntime(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } });
  } catch {
    // Another test file of this process has installed it.
  }
}

interface MakeWorkers {
  readonly dataConverter?: DataConverter;
  readonly workflowsPath: string;
}

const connectedBy = (connection: NativeConnection, converting: Pick<WorldWishes, 'dataConverter'>): Connected => ({
  connection,
  namespace: 'default',
  client: new Client({ connection, ...converting }),
});

async function makeWorkers(
  connection: NativeConnection,
  boxes: Map<string, FakeRolloutBox>,
  { workflowsPath, ...converting }: MakeWorkers,
): Promise<Worker[]> {
  const bundle = await workflowBundle({
    workflowsPath,
    failureConverterPath: converting.dataConverter?.failureConverterPath,
    folder: BUNDLES,
  });
  const byBox = (name: keyof BoxActivities) => (input: { box: string }) => {
    const box = boxes.get(input.box);
    if (!box) throw new Error(`no box ${input.box} in this test`);
    return (box.activities[name] as (given: unknown) => Promise<unknown>)(input);
  };
  const mending = makeMendActivities(connectedBy(connection, converting));
  const activities = { ...Object.fromEntries(ACTIVITIES.map((name) => [name, byBox(name)])), ...mending };
  // A name of its own: a saved history must not tell where it was made.
  const grace = { identity: 'test-worker', shutdownGraceTime: '1s', shutdownForceTime: '3s', ...converting } as const;
  return [
    await Worker.create({
      connection,
      taskQueue: TASK_QUEUES.workflows,
      workflowBundle: bundle,
      workflowThreadPoolSize: 1,
      ...grace,
    }),
    await Worker.create({ connection, taskQueue: TASK_QUEUES.ssh, activities, ...grace }),
  ];
}

const WORKFLOWS = require.resolve('../../workflows/index.ts');
const BUNDLES = lockstepHome(process.env).bundles;

/** The workflow code of this checkout. */
export const ownBundle = (): Promise<{ code: string }> => workflowBundle({ workflowsPath: WORKFLOWS, folder: BUNDLES });

/** Passing is quick; a machine that builds and rolls beside the test is not. */
const WITHIN_MS = 60_000;

/** Asks until the status is as wanted, and says what it was last if it never is. */
export async function until(
  handle: RolloutHandle,
  wanted: (now: RolloutStatus) => boolean,
  withinMs = WITHIN_MS,
): Promise<RolloutStatus> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const now = await handle.query(status).catch(ifNotNow);
    if (now && wanted(now)) return now;
    if (performance.now() > deadline) throw new Error(`not reached within ${withinMs} ms: ${JSON.stringify(now, null, 1)}`);
    await sleep(30);
  }
}

/** Of gRPC: the deadline passed; a precondition failed. */
const NOT_NOW: readonly unknown[] = [4, 9];

/**
 * Just after Temporal's own pause the server now and then hands a query to nobody, and says so ten
 * seconds later; a workflow whose task fails, until it is mended, answers none.
 */
function ifNotNow(error: unknown): null {
  const { code } = (error instanceof Error ? error.cause : {}) as { code?: number };
  if (NOT_NOW.includes(code)) return null;
  throw error;
}

export const inState = (state: RolloutStatus['state']) => (now: RolloutStatus) => now.state === state;
export const resultOf = (handle: RolloutHandle): Promise<Finished> => handle.result();
