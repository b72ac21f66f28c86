/** A question or a short task on the workers, as a workflow of its own: nobody here dials a box. */
import { TASK_QUEUES } from '../../activities/contract';
import { bounded, SUMMARY_BYTES } from '../../domain/model/bounded';
import { ask } from './ask';
import type { Door } from './door';

export interface ShortWorkflow {
  /** As workflows/index.ts exports it. */
  readonly type: string;
  readonly id: string;
  readonly request: unknown;
  readonly summary?: string;
  /** When the caller gives up. */
  readonly withinMs: number;
  /** When the server ends it; absent: it comes to its end whoever waits. */
  readonly endsWithinMs?: number;
}

export async function askByWorkflow<T>(door: Door, box: string, short: ShortWorkflow): Promise<T> {
  const { type, id, request, summary, withinMs, endsWithinMs } = short;
  const run = () =>
    door.client.workflow.execute(type, {
      workflowId: id,
      taskQueue: TASK_QUEUES.workflows,
      args: [request],
      ...(endsWithinMs !== undefined && { workflowExecutionTimeout: endsWithinMs }),
      ...(summary !== undefined && { staticSummary: bounded(summary, SUMMARY_BYTES) }),
    }) as Promise<T>;
  return ask(door, box, run, withinMs);
}
