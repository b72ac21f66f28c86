/** Who polls our task queues: the only proof that a worker is there. */
import { temporal } from '@temporalio/proto';
import type { Connection } from '@temporalio/client';
import { TASK_QUEUES } from '../activities/contract';

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;
const QUEUES = [
  { name: TASK_QUEUES.workflows, taskQueueType: TASK_QUEUE_TYPE_WORKFLOW },
  { name: TASK_QUEUES.ssh, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY },
] as const;

/** The queues that nobody has polled since then (epoch ms; the server forgets a poller after five minutes). */
export async function queuesWithoutWorker(connection: Connection, namespace: string, since: number): Promise<string[]> {
  const polled = await Promise.all(QUEUES.map((queue) => lastPoll(connection, namespace, queue)));
  return QUEUES.filter((_, index) => (polled[index] ?? 0) <= since).map(({ name }) => name);
}

async function lastPoll(connection: Connection, namespace: string, queue: (typeof QUEUES)[number]): Promise<number> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue.name },
    taskQueueType: queue.taskQueueType,
  });
  return Math.max(0, ...(pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 + 999));
}
