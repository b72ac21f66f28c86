/**
 * Does a locker's monitor live? While it does, it listens on an abstract socket named after the
 * locker: that is what `lxc-info` asks, and closing it is how LXC says STOPPED. The kernel's list of
 * sockets tells the same without starting a process for each look (docs/performance.md).
 */
import type { LockerName } from '../../domain/model/ids';
import { textOf } from './text-of';

/** sun_path less its leading zero and the one at the end: LXC hashes what is longer. */
const MAX_NAME_BYTES = 106;

/** null: LXC names it otherwise. */
export function commandSocket(lxcPath: string, name: LockerName): string | null {
  const socket = `${lxcPath.replace(/\/+$/, '')}/${name}/command`;
  return Buffer.byteLength(socket) > MAX_NAME_BYTES ? null : socket;
}

/** Pure. `text`: /proc/net/unix. */
export const isListed = (text: string, socket: string): boolean => text.includes(` @${socket}\n`);

export interface MonitorWatch {
  /** null: it can't be told here, LXC must be asked. */
  lives(name: LockerName): boolean | null;
  /** LXC said of this one that it runs, and it certainly does: a socket that is not listed then is not to be relied on. */
  learn(name: LockerName): void;
}

export function watchMonitors(lxcPath: string, read = () => textOf('/proc/net/unix')): MonitorWatch {
  // Another version of LXC may name its sockets otherwise: that one is missing tells nothing until one was seen.
  let reliable = false;
  const listed = (name: LockerName): boolean => {
    const socket = commandSocket(lxcPath, name);
    return socket !== null && isListed(read(), socket);
  };
  return {
    lives: (name) => (reliable && commandSocket(lxcPath, name) !== null ? listed(name) : null),
    learn: (name) => {
      if (commandSocket(lxcPath, name) !== null) reliable = listed(name);
    },
  };
}
