/**
 * Does a locker's monitor live? While it does, it listens on an abstract socket named after the
 * locker: that is what `lxc-info` asks, and closing it is how LXC says STOPPED. The kernel's list of
 * sockets tells the same without starting a process for each look (docs/performance.md).
 */
import type { LockerName } from '../../domain/model/ids';
import { textOf } from './text-of';

/** sun_path less its leading zero, the one at the end and one more that LXC leaves: what is longer is hashed. */
const PLAIN_BYTES = 105;
/** So near to the limit another version of LXC may decide otherwise: such a locker has to be seen itself. */
const NEAR_BYTES = 4;

export interface CommandSocket {
  readonly name: string;
  readonly form: 'plain' | 'hashed';
  readonly nearLimit: boolean;
}

/** Pure. As LXC names it, less the leading zero that the kernel shows as `@`. */
export function commandSocket(lxcPath: string, locker: LockerName): CommandSocket {
  const folder = `${lxcPath.replace(/\/+$/, '')}/${locker}`;
  const bytes = Buffer.byteLength(`${folder}/command`);
  const nearLimit = Math.abs(bytes - PLAIN_BYTES) <= NEAR_BYTES;
  if (bytes <= PLAIN_BYTES) return { name: `${folder}/command`, form: 'plain', nearLimit };
  return { name: `lxc/${fnv64a(folder)}/command`, form: 'hashed', nearLimit };
}

/** FNV-1a of 64 bits over the bytes of a text, in 16 hexadecimal digits. */
function fnv64a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** Pure. `text`: /proc/net/unix. */
export const isListed = (text: string, socket: string): boolean => text.includes(` @${socket}\n`);

export interface Listener {
  /** Of one life: the next one has another. */
  readonly inode: string;
  readonly socket: string;
}

/** Pure. Command sockets of whatever containers. `text`: /proc/net/unix. */
export const listeners = (text: string): Listener[] =>
  [...text.matchAll(/ (\d+) @(.*\/command)$/gm)].map(([, inode = '', socket = '']) => ({ inode, socket }));

export interface MonitorWatch {
  /** null: it can't be told here, LXC must be asked. */
  lives(name: LockerName): boolean | null;
  /** LXC said of this one that it runs, and it certainly does: a socket that is not listed then is not to be relied on. */
  learn(name: LockerName): void;
}

export function watchMonitors(lxcPath: string, read = () => textOf('/proc/net/unix')): MonitorWatch {
  // Another version of LXC may name its sockets otherwise: that one is missing tells nothing until one was
  // seen. What was seen of a short name tells nothing of a long one.
  const ofOne = new Map<LockerName, boolean>();
  const ofForm = new Map<CommandSocket['form'], boolean>();
  return {
    lives: (name) => {
      const socket = commandSocket(lxcPath, name);
      const reliable = ofOne.get(name) ?? (!socket.nearLimit && ofForm.get(socket.form) === true);
      return reliable ? isListed(read(), socket.name) : null;
    },
    learn: (name) => {
      const socket = commandSocket(lxcPath, name);
      const listed = isListed(read(), socket.name);
      ofOne.set(name, listed);
      if (!socket.nearLimit) ofForm.set(socket.form, listed);
    },
  };
}
