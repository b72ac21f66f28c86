/**
 * Runs that the worker's mending joined (workers/mending): what the one before had done is all in
 * the history of the next. A run that a person's Reset began is told nothing of the kind: there the
 * run before may have gone further.
 */
import { condition, patched, setHandler, workflowInfo } from '@temporalio/workflow';
import { mendedSignal } from './messages';
import type { MendedMessage } from './messages';
import { noticeReset } from './reset-seen';
import { apply } from './rollout';
import type { Rollout } from './rollout';

/** The word comes right after the reset; a plan takes longer as a rule. */
const TOLD_WITHIN_MS = 5_000;
const ABOUT =
  'It was paused in Temporal while a workflow task waited, which leaves a history that no worker can read: begun again from just before that pause. Every step keeps its token.';

export function handleMended(rollout: Rollout): void {
  const description = 'Of a worker that has mended the rollout after a pause in Temporal; not for people.';
  setHandler(mendedSignal, (raw: Partial<MendedMessage> | null) => tell(rollout, raw), { description });
}

function tell(rollout: Rollout, raw: Partial<MendedMessage> | null): void {
  noticeReset(rollout);
  const { from, to } = raw ?? {};
  // Told again, or by somebody else.
  if (typeof from !== 'string' || typeof to !== 'string' || rollout.mended.has(to)) return;
  rollout.mended.set(to, from);
  apply(rollout, { kind: 'note', text: ABOUT });
}

/** Whether that run is the first one still: itself, or mended from it, with nothing between them. */
export async function isFirstRun(rollout: Rollout, run: string): Promise<boolean> {
  const { originalExecutionRunId } = workflowInfo();
  if (run === originalExecutionRunId) return true;
  if (!patched('mended-runs')) return false;
  const joined = () => firstOf(rollout, run) === originalExecutionRunId;
  await condition(joined, TOLD_WITHIN_MS);
  return joined();
}

function firstOf({ mended }: Rollout, run: string): string {
  let first = run;
  // A chain is no longer than its links, whoever has made them up.
  for (let left = mended.size; left > 0; left -= 1) first = mended.get(first) ?? first;
  return first;
}
