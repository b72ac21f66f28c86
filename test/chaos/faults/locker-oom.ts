import type { FaultKind } from '../contract';
import { strikeProcess } from './kill-process';
import { initPid, pickLocker } from './locker-processes';

export const lockerOom: FaultKind = {
  name: 'locker-oom',
  group: 'locker',
  about: "SIGKILL to a locker's init, as the OOM killer does it",
  // While it was being verified that is a failure of its update.
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: async (world) => {
    const locker = await pickLocker(world);
    return strikeProcess(`init of ${locker}`, await initPid(world, locker));
  },
};
