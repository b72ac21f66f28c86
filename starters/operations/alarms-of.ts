/** What a box tells beside its ended rollout. A box that can't be asked now is no reason to say nothing of the rollout. */
import type { BoxName } from '../../domain/model/ids';
import type { Door } from './door';
import { lookAtBox } from './release-box';

/** Somebody waits for the answer; a worker that runs gives it in a second. */
const WITHIN_MS = 10_000;

/** null: nobody answered in time. */
export async function alarmsOf(door: Door, box: BoxName): Promise<readonly string[] | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), WITHIN_MS)));
  const asked = lookAtBox(door, box).then(
    ({ alarms = [] }) => alarms,
    () => null,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
