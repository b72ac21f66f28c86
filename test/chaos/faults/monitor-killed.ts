import type { FaultKind } from '../contract';
import { strikeProcess } from './kill-process';
import { initPid, monitorPid, pickLocker } from './locker-processes';

export const monitorKilled: FaultKind = {
  name: 'monitor-killed',
  group: 'locker',
  about: "SIGKILL to the process of LXC that looks after a locker; the kernel kills the locker's init with it",
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: async (world) => {
    const locker = await pickLocker(world);
    const init = await initPid(world, locker);
    return strikeProcess(`monitor of ${locker}`, init === null ? null : await monitorPid(init));
  },
};
