import type { FaultKind } from '../contract';
import { onLxc, pickLocker } from './locker-processes';

const FROZEN_FOR_MS = 40_000;

export const lockerFrozen: FaultKind = {
  name: 'locker-frozen',
  group: 'locker',
  about: 'a locker is frozen with lxc-freeze, and thawed within 40 s unless the box did it before',
  // Found frozen while planning, it is unfit.
  ends: ['succeeded', 'completed-with-exceptions', 'refused'],
  strike: async (world) => {
    const locker = await pickLocker(world);
    const mendAfterMs = world.random.number(FROZEN_FOR_MS);
    const thaw = async () => void (await onLxc(world, 'lxc-unfreeze', [locker]));
    world.onClose(thaw);
    const { code } = await onLxc(world, 'lxc-freeze', [locker]);
    return { what: code === 0 ? `${locker} frozen for ${mendAfterMs} ms` : `${locker} was down`, mend: thaw, mendAfterMs };
  },
};
