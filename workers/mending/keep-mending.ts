/**
 * Beside the workers of a process: looks for runs whose workflow task fails, and has those mended
 * that a pause has ended. Every worker process looks; that only one mends is the workflow id's doing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { TASK_QUEUES } from '../../activities/contract';
import type { MendRequest } from '../../activities/contract';
import { mendIdOf } from '../../workflows/messages';
import type { Connected } from './connected';
import { isFailing } from './is-failing';
import { loneFailureOf } from './lone-failure';

/** Somebody who unpaused it watches what happens. */
const LOOK_EVERY_MS = 2_000;
/** Hundreds of rollouts at once must not keep the server busy with being looked at. */
const PAUSE_PER_LOOK = 10;
const RUNNING = `ExecutionStatus = 'Running' AND TaskQueue = '${TASK_QUEUES.workflows}'`;

export interface Mending {
  readonly connected: Connected;
  readonly signal: AbortSignal;
  /** A line for the log. */
  readonly say: (line: string) => void;
}

/** Ends with the signal. A server that does not answer is asked again. */
export async function keepMending({ connected, signal, say }: Mending): Promise<void> {
  let trouble = '';
  while (!signal.aborted) {
    const began = performance.now();
    const failed = await mendAll(connected, say).then(
      () => '',
      (error: unknown) => String(error),
    );
    // Once, not every two seconds: the worker itself says that the server is gone, too.
    if (failed !== '' && failed !== trouble && !signal.aborted) say(`runs that a pause has ended are not looked for: ${failed}`);
    trouble = failed;
    const pause = Math.max(LOOK_EVERY_MS, PAUSE_PER_LOOK * (performance.now() - began));
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

async function mendAll(connected: Connected, say: Mending['say']): Promise<void> {
  const { client, connection, namespace } = connected;
  for await (const { workflowId, runId } of client.workflow.list({ query: RUNNING })) {
    const run = { workflowId, runId };
    const described = await connection.workflowService.describeWorkflowExecution({ namespace, execution: run });
    if (!isFailing(described)) continue;
    const lone = await loneFailureOf(connected, run);
    if (lone === null) continue;
    say(`${workflowId} was paused while a workflow task waited (event ${String(lone.eventId)} of run ${runId}): mending it`);
    await begin(connected, run);
  }
}

/** One at a time for a workflow, whoever asks. */
async function begin({ client }: Connected, request: MendRequest): Promise<void> {
  const options = { workflowId: mendIdOf(request.workflowId), taskQueue: TASK_QUEUES.workflows, args: [request] };
  try {
    await client.workflow.start('boxMend', { ...options, staticSummary: `mends ${request.workflowId}` });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
