import { temporal } from '@temporalio/proto';

type Described = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

const { WORKFLOW_EXECUTION_STATUS_RUNNING } = temporal.api.enums.v1.WorkflowExecutionStatus;

/**
 * It runs, and its workflow task has failed at least once. One that is paused is left alone: the
 * run that a reset begins is not paused, and a person's pause is his to lift.
 */
export function isFailing({ workflowExecutionInfo, pendingWorkflowTask }: Described): boolean {
  return workflowExecutionInfo?.status === WORKFLOW_EXECUTION_STATUS_RUNNING && (pendingWorkflowTask?.attempt ?? 1) > 1;
}
