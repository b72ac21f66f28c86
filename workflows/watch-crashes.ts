/**
 * Asks the box who of those that were updated crashes again and again: now and then while the
 * rollout walks, before each batch begins and before it ends. The box counts, and answers from its
 * journal; what a crash loop means for the rollout is the fold's business. Invariant: whatever comes of
 * asking, no step waits for it for long and none fails by it.
 */
import { condition, patched } from '@temporalio/workflow';
import type { Decision } from '../domain/decide/decision';
import type { Plan, PlannedLocker } from '../domain/model/plan';
import type { Progress } from '../domain/model/progress';
import { watchLockers } from './activity-proxies';
import { apply, planOf } from './rollout';
import type { Rollout } from './rollout';
import { stepFaultOf } from './step-fault';

/** A loop takes half a minute at least to be one. */
const OFTEN_MS = 30_000;
/** Most that crash do so soon after their start; a gate may wait for a day. */
const SOON_MS = 10 * 60_000;
const SELDOM_MS = 5 * 60_000;

export async function watchCrashes(rollout: Rollout): Promise<void> {
  rollout.watch = patched('crash-watch') ? 'on' : 'off';
  if (rollout.watch === 'off') return;
  const isOver = () => rollout.phase !== 'walking' || rollout.watch === 'off';
  while (!(await condition(isOver, pauseOf(planOf(rollout).progress)))) await look(rollout);
}

function pauseOf({ lockers }: Progress): number {
  const lately = Date.now() - SOON_MS;
  return Object.values(lockers).some(({ endedAt }) => endedAt !== null && endedAt > lately) ? OFTEN_MS : SELDOM_MS;
}

/** Before a batch and before the end, once. A run of an earlier version waits for nothing here. */
export function isLookDue(rollout: Rollout, decision: Decision): boolean {
  if (rollout.watch !== 'on' || rollout.looking) return false;
  const { plan, progress } = planOf(rollout);
  const moment = momentOf(progress, decision);
  return moment !== null && rollout.lookedAt !== moment && updatedOf(plan, progress).length > 0;
}

/** What comes next is to be decided anew. */
export function lookBefore(rollout: Rollout, decision: Decision): Promise<void> {
  rollout.lookedAt = momentOf(planOf(rollout).progress, decision);
  return look(rollout);
}

const updatedOf = ({ lockers }: Plan, progress: Progress): PlannedLocker[] =>
  lockers.filter(({ name }) => progress.lockers[name]?.end === 'updated');

function momentOf({ batch, rollback }: Progress, decision: Decision): string | null {
  if (rollback) return null;
  if (decision.kind === 'walk') return decision.begin.length > 0 ? `batch ${batch}` : null;
  return decision.state === 'succeeded' || decision.state === 'completed-with-exceptions' ? 'end' : null;
}

async function look(rollout: Rollout): Promise<void> {
  const { plan, progress } = planOf(rollout);
  if (rollout.looking || updatedOf(plan, progress).length === 0) return;
  rollout.looking = true;
  try {
    const { loops } = await watchLockers(`ask ${plan.box} who crashes`, { box: plan.box });
    for (const { locker, release, crashes, why } of loops) {
      const cycle = progress.lockers[locker]?.cycle;
      if (cycle !== undefined && release === plan.release.id) apply(rollout, { kind: 'crash-loop', locker, cycle, crashes, why });
    }
  } catch (error) {
    giveUp(rollout, error);
  } finally {
    rollout.looking = false;
    rollout.changes += 1;
  }
}

/** An older lockerd can not say it at all; one that can't be reached now is asked again. */
function giveUp(rollout: Rollout, error: unknown): void {
  const { code, sentence } = stepFaultOf(error, 'watching the lockers');
  if (code !== 'BadRequest') return;
  rollout.watch = 'off';
  apply(rollout, { kind: 'note', text: `the box can not say who crashes: ${sentence}` });
}
