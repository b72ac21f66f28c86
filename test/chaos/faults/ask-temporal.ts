/** What a person does in the Temporal Web UI, by the same calls: straight to the server, past all of ours. */
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { connect } from '../../../embedded/connect';
import type { Struck } from '../contract';
import type { RolloutWorld } from '../world';

export interface AskedTemporal {
  readonly client: Client;
  /** The run that is there now. */
  readonly handle: WorkflowHandle;
}

export const HAD_ENDED: Struck = { what: 'it had ended', missed: true };

/** `ask` says what it did; a rollout that had ended by then is told so. */
export async function askTemporal(world: RolloutWorld, ask: (asked: AskedTemporal) => Promise<string>): Promise<Struck> {
  const connection = await connect({ address: await world.temporalAddress() });
  try {
    const client = new Client({ connection });
    return { what: await ask({ client, handle: client.workflow.getHandle(world.workflowId) }) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return HAD_ENDED;
    throw error;
  } finally {
    await connection.close();
  }
}
