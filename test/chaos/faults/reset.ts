/** Any finished workflow task may be gone back to; the first one is what the Web UI offers first. */
import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import type { FaultKind } from '../contract';
import type { Random } from '../random';
import { askTemporal } from './ask-temporal';
import type { AskedTemporal } from './ask-temporal';

const { EVENT_TYPE_WORKFLOW_TASK_COMPLETED } = temporal.api.enums.v1.EventType;

export const reset: FaultKind = {
  name: 'reset',
  group: 'person',
  about: '*Reset* in Temporal to the first, the last or any other workflow task; a new plan waits for `resume`',
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: (world) => askTemporal(world, (asked) => resetTo(asked, world.random)),
};

async function resetTo({ client, handle }: AskedTemporal, random: Random): Promise<string> {
  const { events } = await handle.fetchHistory();
  const tasks = (events ?? []).filter(({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  const chosen = random.pick([tasks[0], tasks.at(-1), random.pick(tasks)]);
  const { runId } = await handle.describe();
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: handle.workflowId, runId },
    reason: 'chaos',
    workflowTaskFinishEventId: chosen?.eventId ?? null,
    requestId: randomUUID(),
  });
  return `reset to event ${String(chosen?.eventId)} of ${events?.length ?? 0}`;
}
