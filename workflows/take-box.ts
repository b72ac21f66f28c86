/** The first thing of every rollout: its right to the box. */
import { isCancellation } from '@temporalio/workflow';
import { takeLease } from './activity-proxies';
import type { Rollout } from './rollout';
import { stepFaultOf } from './step-fault';

export async function takeBox(rollout: Rollout, summary: string): Promise<void> {
  const { box, by, rollout: id, supersede = false } = rollout.input;
  rollout.taking = 'unsure';
  try {
    const lease = await takeLease(summary, { box, rollout: id, by, force: supersede });
    rollout.generation = lease.generation;
    rollout.taking = 'known';
  } catch (error) {
    // Refused by the box itself: it is somebody else's, for certain.
    if (!isCancellation(error) && stepFaultOf(error, '').code === 'HeldBy') rollout.taking = 'known';
    throw error;
  }
}
