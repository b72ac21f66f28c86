/**
 * Mends one run that a pause has ended (lone-failure.ts): a reset to just before the event that no
 * worker can read. Signals after it are applied again by the server; it drops a request to cancel
 * and the pause itself, so those are carried over here. The new run is told that it continues the
 * old one step by step, unlike one that a person's reset began.
 *
 * The server does not keep its promise that a request id makes a reset once only: `boxMend` does,
 * by its workflow id, and each attempt ends well before the next one begins.
 */
import type { temporal } from '@temporalio/proto';
import type { MendActivities, Mended, MendRequest } from '../../activities/contract';
import { mendedSignal } from '../../workflows/messages';
import { carriedOver } from './carried-over';
import type { CarriedOver } from './carried-over';
import type { Connected } from './connected';
import { newestFirst } from './history-tail';
import type { RunId } from './history-tail';
import { isFailing } from './is-failing';
import { loneFailureOf } from './lone-failure';
import { unlessClosed } from './unless-closed';

/** Of one attempt; the next may begin only when no call of this one can arrive any more. */
const WITHIN_MS = 20_000;
export const MEND_REASON =
  'Paused in Temporal while a workflow task waited, which leaves a history that no worker can read: begun again from just before.';
/** Of those that take the signal. */
const TAKES_SIGNAL = 'boxRollout';

export const makeMendActivities = (connected: Connected): MendActivities => ({
  mendRun: (request) => connected.connection.withDeadline(Date.now() + WITHIN_MS, () => mendRun(connected, request)),
});

async function mendRun(connected: Connected, { workflowId, runId }: MendRequest): Promise<Mended> {
  const old = { workflowId, runId };
  const described = await describe(connected, old);
  // An attempt before this one may have come as far as that.
  const begun = described.workflowExtendedInfo?.resetRunId || (await reset(connected, old, described));
  if (begun === null) return { kind: 'not-needed' };
  const rest = await carriedOver(newestFirst(connected, old), MEND_REASON);
  if (rest === null) return { kind: 'not-needed' };
  await carryOver(connected, { workflowId, runId: begun }, rest);
  if (described.workflowExecutionInfo?.type?.name === TAKES_SIGNAL) {
    const handle = connected.client.workflow.getHandle(workflowId, begun);
    await unlessClosed(handle.signal(mendedSignal, { from: runId, to: begun }));
  }
  return { kind: 'mended', runId: begun };
}

const describe = ({ connection, namespace }: Connected, execution: RunId) =>
  connection.workflowService.describeWorkflowExecution({ namespace, execution });

async function reset(
  connected: Connected,
  old: RunId,
  described: temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse,
): Promise<string | null> {
  const lone = isFailing(described) ? await loneFailureOf(connected, old) : null;
  if (lone === null) return null;
  const { runId } = await connected.connection.workflowService.resetWorkflowExecution({
    namespace: connected.namespace,
    workflowExecution: old,
    reason: MEND_REASON,
    workflowTaskFinishEventId: lone.eventId ?? null,
    requestId: `mend/${old.runId}/${String(lone.eventId)}`,
  });
  return runId;
}

async function carryOver({ connection, namespace }: Connected, run: RunId, { cancel, pause }: CarriedOver): Promise<void> {
  const { workflowId, runId } = run;
  if (cancel !== null) {
    const request = { namespace, workflowExecution: run, identity: cancel.identity, reason: cancel.reason };
    await unlessClosed(connection.workflowService.requestCancelWorkflowExecution({ ...request, requestId: `cancel/${runId}` }));
  }
  if (pause !== null) {
    const request = { namespace, workflowId, runId, identity: pause.identity, reason: pause.reason };
    await unlessClosed(connection.workflowService.pauseWorkflowExecution({ ...request, requestId: `pause/${runId}` }));
  }
}
