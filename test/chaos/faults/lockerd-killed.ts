import type { FaultKind } from '../contract';
import { strikeProcess } from './kill-process';

export const lockerdKilled: FaultKind = {
  name: 'lockerd-killed',
  group: 'box',
  about: 'SIGKILL to lockerd; the next connection to the box starts it, and it takes up its open jobs',
  ends: ['succeeded'],
  strike: async (world) => strikeProcess('lockerd', await world.lockerdPid()),
};
