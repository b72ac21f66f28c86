import type { FaultKind } from '../contract';
import { askTemporal } from './ask-temporal';

export const terminated: FaultKind = {
  name: 'terminated',
  group: 'person',
  about: '*Terminate* in Temporal: nothing of the rollout runs any more; the next one takes over with `--supersede`',
  ends: ['terminated-and-taken-over', 'succeeded'],
  strike: (world) =>
    askTemporal(world, async ({ handle }) => {
      await handle.terminate('chaos');
      return 'terminated';
    }),
};
