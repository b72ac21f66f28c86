/**
 * Whether this run was begun by a reset in Temporal, and which messages it was given by that. After a reset the server puts
 * the signals and updates of the run before into the new one once more, as if they had just been sent; nothing in them says so.
 * Workflow code is told of a reset by one thing alone: from that task on it has another seed for random numbers. That is in the
 * history, so a replay sees it at the same place. Whatever comes with the first task after it was sent before.
 *
 * The worker's mending (workers/mending) resets too, to where nothing came after: there those messages are the only ones, and
 * count. Its word comes right after the reset, so it is waited for before it is anybody's guess.
 */
import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { apply } from './rollout';
import type { Rollout } from './rollout';

/** As long as a plan waits for the same word (mended-runs.ts). */
const TOLD_WITHIN_MS = 5_000;

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
  rollout.reset = { task: workflowInfo().historyLength, mended: judgeReset(rollout) };
}

async function judgeReset(rollout: Rollout): Promise<boolean> {
  const before = rollout.mended.size;
  const told = () => condition(() => rollout.mended.size > before, TOLD_WITHIN_MS);
  const mended = await CancellationScope.nonCancellable(told);
  if (!mended && rollout.progress) apply(rollout, { kind: 'reset' });
  return mended;
}

/** Of a message that is being looked at: it came with the first task after a reset. Changes nothing, for validators. */
export function cameWithReset({ seed, reset }: Rollout): boolean {
  return seedNow() !== seed || reset?.task === workflowInfo().historyLength;
}
