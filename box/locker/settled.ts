/**
 * How a locker is once it is up or down. While LXC runs its hooks it is neither, and what would be done
 * then would be done beside them: a second life beside the end of the first, a switch under a start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import type { Seen } from '../lxc/lxc';
import { seeLocker } from './check-fit';

const LOOK_MS = 100;

/** Still `other` when the time is over. */
export async function settledLocker(box: BoxContext, locker: LockerName, withinMs: number): Promise<Seen> {
  const until = box.now() + withinMs;
  for (;;) {
    const seen = await seeLocker(box, locker);
    if (seen.state !== 'other' || box.now() >= until) return seen;
    await sleep(LOOK_MS);
  }
}

/** Fault: CommandFailed, where it is neither up nor down when the time is over. */
export async function settledOrFault(box: BoxContext, locker: LockerName, withinMs: number): Promise<Seen> {
  const seen = await settledLocker(box, locker, withinMs);
  if (seen.state === 'other') throw unsettled(locker, seen, withinMs);
  return seen;
}

export function unsettled(locker: LockerName, { evidence = [] }: Seen, waitedMs: number): Fault {
  const waited = `Locker ${locker} is neither up nor down after ${Math.round(waitedMs / 100) / 10} s: LXC is still at its hooks, or does not answer.`;
  return new Fault('CommandFailed', waited, {
    evidence: [...evidence],
    cure: 'Let its hook end, or end the process that is named on the box; a hook that takes longer needs a longer `stop.timeout` or `verify.deadline`.',
  });
}
