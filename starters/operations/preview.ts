/** The plan of a rollout that has not begun: a short workflow that only looks, so that the CLI dials no box itself. */
import { randomUUID } from 'node:crypto';
import { TASK_QUEUES } from '../../activities/contract';
import type { PlanAnswer, PlanRequest } from '../../activities/contract';
import { previewIdOf } from '../../workflows/messages';
import { ask } from './ask';
import type { Door } from './door';

/** Fetching the mirrors of a big repository over a slow link takes its time; nobody waits longer. */
const WITHIN_MS = 240_000;

export async function preview(door: Door, request: PlanRequest): Promise<PlanAnswer> {
  const look = () =>
    door.client.workflow.execute('boxPreview', {
      workflowId: previewIdOf(request.box, randomUUID().slice(0, 8)),
      taskQueue: TASK_QUEUES.workflows,
      args: [request],
      workflowExecutionTimeout: WITHIN_MS,
    }) as Promise<PlanAnswer>;
  return ask(door, request.box, look, WITHIN_MS + 5_000);
}
