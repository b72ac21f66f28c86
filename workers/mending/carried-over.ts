/** What a reset to the lone failure would drop of the old run: a request to cancel, and a pause of the last moment. */
import { temporal } from '@temporalio/proto';
import type { HistoryEvent } from './history-tail';

const {
  EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
  EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED,
  EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
  EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED,
} = temporal.api.enums.v1.EventType;

interface Asked {
  readonly identity: string;
  readonly reason: string;
}
export interface CarriedOver {
  readonly cancel: Asked | null;
  /** Of a person who paused it again between the last look and the reset. */
  readonly pause: Asked | null;
}

/** null: that run was ended by something else than the reset of this reason. */
export async function carriedOver(newest: AsyncIterable<HistoryEvent>, resetReason: string): Promise<CarriedOver | null> {
  let ours = false;
  let cancel: Asked | null = null;
  let pause: Asked | null | undefined;
  for await (const event of newest) {
    const { eventType } = event;
    if (eventType === EVENT_TYPE_WORKFLOW_TASK_COMPLETED) break;
    if (eventType === EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED) {
      ours = event.workflowExecutionTerminatedEventAttributes?.reason === resetReason;
    }
    if (eventType === EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED) cancel ??= cancelIn(event);
    // Only the last word on it counts.
    if (eventType === EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED && pause === undefined) pause = pauseIn(event);
    if (eventType === EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED && pause === undefined) pause = null;
  }
  return ours ? { cancel, pause: pause ?? null } : null;
}

function cancelIn({ workflowExecutionCancelRequestedEventAttributes: asked }: HistoryEvent): Asked {
  return { identity: asked?.identity ?? '', reason: asked?.cause ?? '' };
}

function pauseIn({ workflowExecutionPausedEventAttributes: asked }: HistoryEvent): Asked {
  return { identity: asked?.identity ?? '', reason: asked?.reason ?? '' };
}
