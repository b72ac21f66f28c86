/**
 * The two Workers of one process: workflows on their queue, SSH activities on a queue of their
 * own (its rate is limited apart; eager dispatch would bypass a limit on a shared one).
 */
import { hostname } from 'node:os';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Runtime, Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { TASK_QUEUES } from '../activities/contract';
import { makeActivities } from '../activities/make-activities';
import type { ActivityPorts } from '../activities/ports/activity-ports';
import { keepMending } from './mending/keep-mending';
import { makeMendActivities } from './mending/mend-run';
import { workflowBundle } from './workflow-bundle';

export interface WorkerSetUp {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly ports: ActivityPorts;
  readonly dataConverter?: DataConverter;
  /** Where made workflow code is kept (workflow-bundle.ts). */
  readonly bundles: string;
}

export interface Workers {
  /** Ends when both have shut down, or fails with the first that does. */
  run(): Promise<void>;
  shutdown(): void;
}

/** Activities are waits for a box, so many fit; a box of 300 has some dozens in flight. */
const MAX_ACTIVITIES = 400;
/** The SDK holds a heartbeat back for up to 80 % of its timeout: an abort would reach a step 12 s late. */
const HEARTBEAT_THROTTLE = '5s';
/** A rollout's state is small, its history replays in under a second: no need to hold many. */
const MAX_CACHED_WORKFLOWS = 50;

export async function makeWorkers({ connection, namespace, ports, dataConverter, bundles }: WorkerSetUp): Promise<Workers> {
  const common: Pick<WorkerOptions, 'connection' | 'namespace' | 'identity' | 'shutdownGraceTime' | 'dataConverter'> = {
    connection,
    namespace,
    identity: `lockstep-worker/${process.pid}@${hostname()}`,
    // By default it is 0: steps in flight would be cut for nothing, most end within seconds.
    shutdownGraceTime: '30s',
    ...(dataConverter && { dataConverter }),
  };
  const client = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
  const connected = { connection, namespace, client };
  const workflows = await Worker.create({
    ...common,
    taskQueue: TASK_QUEUES.workflows,
    workflowBundle: await workflowBundle({
      workflowsPath: require.resolve('../workflows/index.ts'),
      failureConverterPath: dataConverter?.failureConverterPath,
      folder: bundles,
    }),
    maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
    workflowThreadPoolSize: 1,
  });
  const ssh = await Worker.create({
    ...common,
    taskQueue: TASK_QUEUES.ssh,
    activities: { ...makeActivities(ports), ...makeMendActivities(connected) },
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  });
  const both = [workflows, ssh];
  const shutdown = () => both.filter((worker) => worker.getState() === 'RUNNING').forEach((worker) => worker.shutdown());
  const ended = new AbortController();
  const mending = async () =>
    keepMending({ connected, signal: ended.signal, say: (line) => Runtime.instance().logger.warn(line) });
  const run = () => Promise.all([runBoth(both, shutdown).finally(() => ended.abort()), mending()]);
  return { shutdown, run: async () => void (await run()) };
}

/** One without the other is a worker that takes work and never ends it. */
async function runBoth(workers: readonly Worker[], shutdown: () => void): Promise<void> {
  const runs = workers.map((worker) => worker.run().finally(shutdown));
  const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected');
  if (failed) throw failed.reason;
}
