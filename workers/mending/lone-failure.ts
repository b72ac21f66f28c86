/**
 * The event that ends a run: paused while a workflow task waited (scheduled, started by nobody), the
 * server closes the task with a WorkflowTaskFailed that has no WorkflowTaskStarted before it, and no
 * worker can read such a history again, a worker that has the workflow in its cache neither
 * (findings/pause-over-a-waiting-task.sh). So nothing was decided after it: what comes before is all
 * that was ever done, and a reset to just before it takes nothing back.
 */
import { temporal } from '@temporalio/proto';
import type { Connected } from './connected';
import { newestFirst } from './history-tail';
import type { HistoryEvent, RunId } from './history-tail';

const { EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EVENT_TYPE_WORKFLOW_TASK_FAILED } = temporal.api.enums.v1.EventType;

/** Asked of events newest first; null: a worker has read everything there is, or fails for another reason. */
export async function loneFailureIn(newest: AsyncIterable<HistoryEvent>): Promise<HistoryEvent | null> {
  let first: HistoryEvent | null = null;
  for await (const event of newest) {
    if (event.eventType === EVENT_TYPE_WORKFLOW_TASK_COMPLETED) break;
    if (isLone(event)) first = event;
  }
  return first;
}

export const loneFailureOf = (connected: Connected, run: RunId): Promise<HistoryEvent | null> =>
  loneFailureIn(newestFirst(connected, run));

/** Every task that a worker has failed names the event of its start. */
function isLone({ eventType, workflowTaskFailedEventAttributes: failed }: HistoryEvent): boolean {
  return eventType === EVENT_TYPE_WORKFLOW_TASK_FAILED && Number(failed?.startedEventId ?? 0) === 0;
}
