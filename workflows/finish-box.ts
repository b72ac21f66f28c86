/** The end of a rollout: the box's own checks and records, the lease back, the result. */
import { allHandlersFinished, condition, patched } from '@temporalio/workflow';
import type { EndState } from '../domain/model/progress';
import type { Finished } from '../domain/model/status';
import { finishedOf, statusOf } from '../domain/operator/rollout-status';
import { forgetLease, releaseLease, settleBox } from './activity-proxies';
import { apply, heldOf, planOf, viewOf } from './rollout';
import type { Rollout } from './rollout';
import { runHooksAfter } from './run-hooks';
import { showProgress } from './show-progress';
import { failureOf, stepFaultOf } from './step-fault';

export async function finishBox(rollout: Rollout, state: EndState): Promise<Finished> {
  const { plan, progress } = planOf(rollout);
  rollout.phase = 'settling';
  showProgress(rollout);
  // A rollout that lost the box may not touch it any more; one that changed nothing has nothing to record.
  if (!progress.fault && plan.batches.length > 0) await settle(rollout, state);
  await giveBack(rollout);
  await runHooksAfter(rollout, state);
  rollout.phase = state;
  showProgress(rollout);
  await condition(allHandlersFinished);
  const finished = finishedOf(statusOf(viewOf(rollout)), state, progress.fault);
  if (progress.fault) throw failureOf(progress.fault, finished);
  return finished;
}

/** The lockers are as they should be: a box that can't tidy up now spoils no rollout, it is noted. */
async function settle(rollout: Rollout, state: EndState): Promise<void> {
  const { box, by } = rollout.input;
  const { plan } = planOf(rollout);
  const { counts } = statusOf(viewOf(rollout));
  const input = { ...heldOf(rollout), state, release: plan.release.id, counts, by, keepReleases: plan.policy.keepReleases };
  try {
    const { owed } = await settleBox(`settle ${box}`, input);
    if (owed.length > 0) apply(rollout, { kind: 'note', text: `still owed on the box: ${owed.join(', ')}` });
  } catch (error) {
    apply(rollout, { kind: 'note', text: `the box could not be settled: ${stepFaultOf(error, `settling ${box}`).sentence}` });
  }
}

/** Whatever happened; a lease that can't be given back now is ended by the next start or by hand. */
export async function giveBack(rollout: Rollout): Promise<void> {
  if (rollout.generation === null) return forget(rollout);
  const { box } = rollout.input;
  try {
    await releaseLease(`give ${box} back`, heldOf(rollout));
  } catch (error) {
    apply(rollout, { kind: 'note', text: `the lease was not given back: ${stepFaultOf(error, `releasing ${box}`).sentence}` });
  }
}

/**
 * The answer to its taking may have got lost: then the box is held by a rollout that never knew it. Tried for
 * some seconds only, since most often the box was never reached at all.
 */
async function forget({ input: { box, rollout }, taking }: Rollout): Promise<void> {
  if (taking !== 'unsure' || !patched('forget-lease')) return;
  await forgetLease(`give ${box} back, if it was taken`, { box, rollout, generation: null }).catch(() => {});
}
