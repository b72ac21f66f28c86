import type { FaultKind } from '../contract';
import { askTemporal } from './ask-temporal';

export const cancelled: FaultKind = {
  name: 'cancelled',
  group: 'person',
  about: '*Request Cancellation* in Temporal: an abort, with every locker up and the box given back',
  // Asked for while the last task of the workflow was under way, it comes too late.
  ends: ['aborted', 'succeeded'],
  strike: (world) =>
    askTemporal(world, async ({ handle }) => {
      await handle.cancel();
      return 'cancellation requested';
    }),
};
