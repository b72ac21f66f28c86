/** Who asks for a change, and its lasting name: the same on every attempt of an activity. Pure. */
import type { LockerName, Step } from '../domain/model/ids';
import { makeToken } from '../domain/model/token';
import type { Held } from './contract';
import type { CallOptions } from './ports/box-port';

type Change = NonNullable<CallOptions['change']>;

export function changeOf(held: Held, step: Step, on?: { readonly locker: LockerName; readonly cycle: number }): Change {
  const { box, rollout, generation, round } = held;
  const cycle = on?.cycle ?? round;
  const token = makeToken({ rollout, box, step, ...(on && { locker: on.locker }), ...(cycle !== undefined && { cycle }) });
  return { token, holder: rollout, generation };
}
