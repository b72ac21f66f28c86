/** What stands in for Node's own modules below lockerd has to find the world of the walk that goes on now. */
import type { Disk } from './disk';
import type { Gate } from './gate';
import type { Lockers } from './lockers';
import type { VirtualTime } from './virtual-time';

export interface Ambient {
  readonly time: VirtualTime;
  readonly gate: Gate;
  readonly disk: Disk;
  readonly lockers: Lockers;
}

let now: Ambient | null = null;

export function setAmbient(world: Ambient | null): void {
  now = world;
}

export const ambient = (): Ambient | null => now;
