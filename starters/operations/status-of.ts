/** Where a box's rollout stands: its status while it runs, its result when it has ended. */
import type { Finished, RolloutStatus } from '../../domain/model/status';
import { status } from '../../workflows/messages';
import { askRollout } from './ask-rollout';
import { rolloutHandle } from './door';
import type { Door } from './door';
import { finishedOf } from './finished-of';
import { noRollout, pausedFault, stuckFault } from './map-error';
import { lastRollout } from './running-rollout';

export async function statusOf(door: Door, box: string): Promise<RolloutStatus | Finished> {
  const last = await lastRollout(door, box);
  if (last === null) throw noRollout(box);
  if (last.state === 'paused-in-temporal') throw pausedFault({ box, address: door.address }, last.known);
  if (last.state === 'closed') return finishedOf(door, box, null);
  if (last.failing !== null) throw stuckFault({ box, address: door.address }, [last.failing, ...last.known]);
  return { ...(await askRollout(door, box, () => rolloutHandle(door, box).query(status))), steps: last.steps };
}

/** The same, of a rollout that still runs: what a message needs. */
export async function runningStatusOf(door: Door, box: string): Promise<RolloutStatus> {
  const now = await statusOf(door, box);
  if (now.kind === 'finished') throw noRollout(box);
  return now;
}
