/** Work before the first locker that an abort need not wait for, such as a build. */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Rollout } from './rollout';

export async function untilAbort(rollout: Rollout, work: () => Promise<unknown>): Promise<void> {
  if (rollout.progress?.abort) return;
  const scope = new CancellationScope();
  void condition(() => rollout.progress?.abort !== null).then(() => scope.cancel());
  try {
    await scope.run(work);
  } catch (error) {
    if (!isCancellation(error) || !rollout.progress?.abort) throw error;
  }
}
