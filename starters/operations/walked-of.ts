/** What the last rollout of a box has done, asked of its workflow after its end too. */
import type { Walked } from '../../workflows/messages';
import { walked } from '../../workflows/messages';
import { ask } from './ask';
import { rolloutHandle } from './door';
import type { Door } from './door';

export function walkedOf(door: Door, box: string, runId: string): Promise<Walked> {
  return ask(door, box, () => rolloutHandle(door, box, runId).query(walked));
}
