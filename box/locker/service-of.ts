/** How the lockers of this box are asked: the service config of the last stage. null: nothing was ever staged. */
import type { ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { readLastStage } from '../release/last-stage';

export async function serviceOf(box: BoxContext): Promise<ServiceConfig | null> {
  return (await readLastStage(box))?.target.service ?? null;
}
