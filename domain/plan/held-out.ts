/** Which lockers a person leaves out, and why: for this rollout, or in the fleet file until a day. Pure. */
import type { Fleet } from '../model/fleet';
import { boxOf } from '../model/service-of';
import { isOver } from './refuse';

interface Asked {
  readonly except: readonly string[];
  /** ISO time of the inventory. */
  readonly at: string;
}

export function heldOutOf(fleet: Fleet, box: string, { except, at }: Asked): Map<string, string> {
  const inFile = Object.entries(boxOf(fleet, box).lockers).flatMap(([name, { holdOut }]) => {
    if (!holdOut || isOver(holdOut.until, at)) return [];
    return [[name, `${holdOut.reason}${holdOut.until === undefined ? '' : ` (until ${holdOut.until})`}`] as const];
  });
  return new Map([...inFile, ...except.map((name) => [name, 'left out of this rollout'] as const)]);
}
