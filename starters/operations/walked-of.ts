/** What the last rollout of a box has done, asked of its workflow after its end too. */
import type { Walked } from '../../workflows/messages';
import { walked } from '../../workflows/messages';
import { askRollout } from './ask-rollout';
import { rolloutHandle } from './door';
import type { Door } from './door';

export function walkedOf(door: Door, box: string, runId: string): Promise<Walked> {
  return askRollout(door, box, () => rolloutHandle(door, box, runId).query(walked), { runId });
}
