/** The end of a run's history, newest first: read only as far back as somebody wants it. */
import type { temporal } from '@temporalio/proto';
import type { Connected } from './connected';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const PAGE = 200;

export interface RunId {
  readonly workflowId: string;
  readonly runId: string;
}

export async function* newestFirst({ connection, namespace }: Connected, execution: RunId): AsyncGenerator<HistoryEvent> {
  let nextPageToken: Uint8Array | null | undefined;
  do {
    const page = await connection.workflowService.getWorkflowExecutionHistoryReverse({
      namespace,
      execution,
      maximumPageSize: PAGE,
      nextPageToken: nextPageToken ?? null,
    });
    yield* page.history?.events ?? [];
    ({ nextPageToken } = page);
  } while (nextPageToken && nextPageToken.length > 0);
}
