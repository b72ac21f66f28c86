/**
 * Taking back a rollout that has ended: no plan is made and nothing staged, since every version is
 * there. What somebody has moved to another release since is left alone.
 */
import { undoProgress } from '../domain/decide/undo-progress';
import { inspectBox } from './activity-proxies';
import type { Undo } from './messages';
import { apply } from './rollout';
import type { Rollout } from './rollout';
import { runHooksBefore } from './run-hooks';
import { takeBox } from './take-box';

export async function prepareUndo(rollout: Rollout, { plan, progress, reason }: Undo): Promise<void> {
  const { box, by } = rollout.input;
  await takeBox(rollout, `take ${box} to roll it back`);
  const { on } = await inspectBox(`see what ${box} runs`, { box });
  rollout.plan = plan;
  rollout.progress = undoProgress(plan, progress, on);
  for (const event of rollout.early.splice(0)) apply(rollout, event);
  apply(rollout, { kind: 'rollBack', actor: by, reason });
  await runHooksBefore(rollout);
  rollout.phase = 'walking';
}
