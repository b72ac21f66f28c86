import { WorkflowNotFoundError } from '@temporalio/common';
import { isGrpcServiceError } from '@temporalio/client';

/** gRPC's: there is no such run, or it has ended; it is paused or asked to cancel already. */
const NO_MATTER: readonly number[] = [5, 6, 9];

/** For what matters only to a run that goes on, and not twice. */
export async function unlessClosed(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const over = error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && NO_MATTER.includes(error.code));
    if (!over) throw error;
  }
}
