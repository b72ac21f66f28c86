/**
 * Why the workflow code of a rollout fails in its worker: what the server's history says of the newest workflow task that
 * came to an end. Such a rollout answers nothing and decides nothing, until a worker takes it that can replay it.
 */
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { temporal } from '@temporalio/proto';
import { ask } from './ask';
import type { Door } from './door';

export interface Execution {
  readonly workflowId: string;
  /** Absent: the newest. */
  readonly runId?: string;
}

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Failed = temporal.api.history.v1.IWorkflowTaskFailedEventAttributes;
const { EventType, WorkflowTaskFailedCause: Cause } = temporal.api.enums.v1;

/** Ordinary: a reset's own mark, and a message that came while a task was being answered. */
const HARMLESS: readonly (Failed['cause'] | undefined)[] = [
  Cause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
  Cause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
];
const PAGE = 100;
/** After its newest finished task a workflow that decides nothing gathers what its steps report and what it is sent. */
const MAX_PAGES = 20;

/** null: its newest task was answered, or there is no such workflow. */
export async function taskFailureOf(door: Door, box: string, execution: Execution): Promise<string | null> {
  const failed = await newestFailed(door, box, execution);
  if (failed === null) return null;
  const error = await decodeOptionalFailureToOptionalError(door.client.options.loadedDataConverter, failed.failure);
  const cause = Cause[failed.cause ?? 0]?.replace('WORKFLOW_TASK_FAILED_CAUSE_', '').toLowerCase().replaceAll('_', ' ');
  return error?.message || `the server names its cause alone: ${cause ?? 'unknown'}`;
}

/** The server keeps the first of several failures in a row; the others say the same. */
async function newestFailed(door: Door, box: string, execution: Execution): Promise<Failed | null> {
  const request = { namespace: door.namespace, execution, maximumPageSize: PAGE };
  let nextPageToken: Uint8Array = new Uint8Array();
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer: Page = await ask(door, box, () => historyBackwards(door, { ...request, nextPageToken }));
    const told = (answer.history?.events ?? []).find(endsTask);
    if (told !== undefined) return told.workflowTaskFailedEventAttributes ?? null;
    nextPageToken = answer.nextPageToken ?? new Uint8Array();
    if (nextPageToken.length === 0) break;
  }
  return null;
}

type Page = temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryReverseResponse;
const historyBackwards = (
  { client }: Door,
  request: temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryReverseRequest,
) => client.connection.workflowService.getWorkflowExecutionHistoryReverse(request);

function endsTask({ eventType, workflowTaskFailedEventAttributes: failed }: HistoryEvent): boolean {
  if (eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) return true;
  return eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED && !HARMLESS.includes(failed?.cause);
}
