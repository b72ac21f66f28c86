/**
 * Whether this run was begun by a reset in Temporal, and which messages it was given by that. After a reset the server puts
 * the signals and updates of the run before into the new one once more, as if they had just been sent; nothing in them says so.
 * Workflow code is told of a reset by one thing alone: from that task on it has another seed for random numbers. That is in the
 * history, so a replay sees it at the same place. Whatever comes with the first task after it was sent before.
 */
import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { apply } from './rollout';
import type { Rollout } from './rollout';

/** The SDK has no public reader of it; test/workflows/reset.test.ts fails where this one goes away. */
export const seedNow = (): string => getActivator().randomnessSeed.join();

/** Asked at each activation of the workflow, since one may come without a message. */
export function watchResets(rollout: Rollout): void {
  const looking = () =>
    condition(() => {
      noticeReset(rollout);
      return false;
    });
  void CancellationScope.nonCancellable(looking);
}

/** Before a message counts. */
export function noticeReset(rollout: Rollout): void {
  if (seedNow() === rollout.seed) return;
  rollout.seed = seedNow();
  rollout.resetTask = workflowInfo().historyLength;
  if (rollout.progress) apply(rollout, { kind: 'reset' });
}

/** Of a message that is being looked at: it came with the first task after a reset. Changes nothing, for validators. */
export function cameWithReset({ seed, resetTask }: Rollout): boolean {
  return seedNow() !== seed || resetTask === workflowInfo().historyLength;
}
