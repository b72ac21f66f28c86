/**
 * One rollout on one box: what a person inspects, pauses, approves and cancels in the Temporal Web
 * UI. Thin: the planner has decided what, the decider says when, activities do it.
 *
 * A cancel in Temporal is an abort: the safe end is gone through first (every locker up, settled,
 * lease back), then the workflow closes as Canceled. It has no result then; query `status` and the
 * memo of the closed workflow say how each locker ended.
 * A workflow that fails does so with one fault of domain/faults.ts: type = code, details = [fault].
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
} from '@temporalio/workflow';
import type { StepFault } from '../domain/model/progress';
import type { Finished } from '../domain/model/status';
import { finishBox, giveBack } from './finish-box';
import { handleMended } from './mended-runs';
import { handleMessages } from './message-handlers';
import type { BoxRolloutInput } from './messages';
import { prepareBox } from './prepare-box';
import { prepareUndo } from './prepare-undo';
import { seedNow, watchResets } from './reset-seen';
import { apply, heldOf, openRollout, planOf } from './rollout';
import type { Rollout } from './rollout';
import { runHooksAfter } from './run-hooks';
import { showProgress } from './show-progress';
import { failureOf, stepFaultOf } from './step-fault';
import { walkPlan } from './walk-plan';

export async function boxRollout(input: BoxRolloutInput): Promise<Finished> {
  const rollout = openRollout(input, seedNow());
  watchResets(rollout);
  handleMessages(rollout);
  handleMended(rollout);
  watchCancel(rollout);
  showProgress(rollout);
  return CancellationScope.nonCancellable(() => runRollout(rollout));
}

function watchCancel(rollout: Rollout): void {
  CancellationScope.current().cancelRequested.catch((error: unknown) => {
    rollout.cancelled = error instanceof Error ? error : new Error(String(error));
    apply(rollout, { kind: 'abort', actor: 'a cancel in Temporal', reason: null });
  });
}

async function runRollout(rollout: Rollout): Promise<Finished> {
  try {
    if (!rollout.input.carried) await prepare(rollout);
    const end = await walkPlan(rollout);
    if (end === 'continue-as-new') return await goOnInNewRun(rollout);
    const finished = await finishBox(rollout, end);
    if (rollout.cancelled) throw rollout.cancelled;
    return finished;
  } catch (error) {
    if (error instanceof ContinueAsNew || isOver(rollout)) throw error;
    return failSafely(rollout, error);
  }
}

function prepare(rollout: Rollout): Promise<void> {
  const { undo } = rollout.input;
  return undo ? prepareUndo(rollout, undo) : prepareBox(rollout);
}

const isOver = ({ phase }: Rollout): boolean => !['planning', 'staging', 'walking', 'settling'].includes(phase);

/** Before the first locker was touched: the box is given back, and the fault is the result. */
async function failSafely(rollout: Rollout, error: unknown): Promise<never> {
  await giveBack(rollout);
  const state = isCancellation(error) ? 'aborted' : 'failed';
  const fault = stepFaultOf(error, `preparing ${rollout.input.box}`);
  if (state === 'failed') endAll(rollout, fault);
  await runHooksAfter(rollout, state);
  rollout.phase = state;
  showProgress(rollout);
  if (isCancellation(error)) throw error;
  throw failureOf(fault);
}

/** Where there was a plan already, each of its lockers ends in one way here too. */
function endAll(rollout: Rollout, fault: StepFault): void {
  if (rollout.progress === null) return;
  rollout.progress = { ...rollout.progress, fault };
  apply(rollout, { kind: 'tick' });
}

async function goOnInNewRun(rollout: Rollout): Promise<never> {
  await condition(allHandlersFinished);
  const { generation, round } = heldOf(rollout);
  return continueAsNew<typeof boxRollout>({
    ...rollout.input,
    carried: { ...planOf(rollout), generation, ...(round !== undefined && { round }) },
  });
}
