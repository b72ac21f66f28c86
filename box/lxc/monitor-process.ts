/**
 * The process of LXC that sees to one locker's life: its init's parent. It is there before the init,
 * while the pre-start hooks run, and after it, while the stop and post-stop hooks run; LXC answers STOPPED by then,
 * and would begin a new life beside them. So it would beside a life that began by another spelling of the path.
 */
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import type { LockerName } from '../../domain/model/ids';
import { commandSocket, listeners } from './command-socket';
import type { InitProcess } from './lxc';
import { monitoredBy } from './monitored-by';
import { parseParent, parseStartTime } from './parse';
import { textOf } from './text-of';

export interface Monitor extends InitProcess {
  /** As it was typed where it was started: LXC takes another spelling for another container. */
  readonly lxcPath: string;
}

export interface MonitorProcesses {
  /** LXC named the locker's init just now. A process that has become the init sees to nobody. */
  noteInit(name: LockerName, init: InitProcess): void;
  /** `lxc-start`, which becomes its monitor. */
  noteStart(name: LockerName, pid: number): void;
  /** null: nobody sees to this locker. */
  of(name: LockerName): Monitor | null;
}

export function monitorProcesses(lxcPath: string): MonitorProcesses {
  const known = new Map<LockerName, Monitor>();
  const hasNew = newListeners(lxcPath);
  const note = (name: LockerName, pid: number, typed: string) => {
    const startTime = startTimeOf(pid);
    if (startTime !== null) known.set(name, { pid, startTime, lxcPath: typed });
  };
  const livesStill = (name: LockerName) => {
    const monitor = known.get(name);
    return monitor !== undefined && startTimeOf(monitor.pid) === monitor.startTime ? monitor : null;
  };
  const scan = () => {
    for (const { pid, name, lxcPath: typed } of monitorsIn(lxcPath)) if (!livesStill(name)) note(name, pid, typed);
  };
  return {
    noteInit: (name, { pid }) => {
      if (known.get(name)?.pid === pid) known.delete(name);
      const parent = parseParent(textOf(`/proc/${pid}/stat`));
      const of = parent === null ? null : monitoredBy(textOf(`/proc/${parent}/cmdline`));
      // One that shares a namespace is started as a child of somebody else, who outlives it.
      if (parent !== null && of?.name === name) note(name, parent, of.lxcPath);
    },
    noteStart: (name, pid) => note(name, pid, lxcPath),
    of: (name) => {
      const monitor = livesStill(name);
      if (monitor) return monitor;
      known.delete(name);
      if (hasNew(name)) scan();
      return livesStill(name);
    },
  };
}

/** Of the containers in this folder; those that will stay are first. */
function monitorsIn(lxcPath: string) {
  const folder = folderId(lxcPath);
  const found = readdirSync('/proc').flatMap((entry) => {
    const of = /^\d+$/.test(entry) ? monitoredBy(textOf(`/proc/${entry}/cmdline`)) : null;
    if (of === null || folderId(placeOf(entry, of.lxcPath)) !== folder) return [];
    return [{ ...of, pid: Number(entry), name: of.name as LockerName }];
  });
  return found.toSorted((one, other) => Number(other.titled) - Number(one.titled));
}

/**
 * Looking through all processes costs milliseconds, so it is done at first, for those in their last hooks, and again when a
 * socket listens that may be this locker's and was not there then.
 */
function newListeners(lxcPath: string): (name: LockerName) => boolean {
  let looked: ReadonlySet<string> | null = null;
  const others = new Set<string>();
  return (name) => {
    const own = commandSocket(lxcPath, name).name;
    others.add(own);
    const now = listeners(textOf('/proc/net/unix'));
    const mayBeIts = now.filter(({ socket }) => socket === own || (!others.has(socket) && mayName(socket, name)));
    const before = looked;
    if (before !== null && mayBeIts.every(({ inode }) => before.has(inode))) return false;
    looked = new Set(now.map(({ inode }) => inode));
    return true;
  };
}

/** A hash may be anybody's. */
const mayName = (socket: string, name: LockerName): boolean =>
  socket.endsWith(`/${name}/command`) || /^lxc\/[0-9a-f]{16}\//.test(socket);

/** As the process sees it, which may have another root. */
const placeOf = (pid: string, typed: string): string => `/proc/${pid}/${typed.startsWith('/') ? 'root' : 'cwd'}/${typed}`;

/** The same folder by whatever way, a bind mount too; the text itself where nothing is there, or nothing that we may see. */
function folderId(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return path;
  }
}

/** null: gone, or a zombie. */
const startTimeOf = (pid: number): string | null => parseStartTime(textOf(`/proc/${pid}/stat`));

/** Does it run hooks, and no init? Those are in the box's own mounts, as it is itself; LXC would answer when they have ended. */
export function isAtHooks(monitor: InitProcess): boolean {
  const [mounts, children] = [mountsOf(monitor.pid), childrenOf(monitor)];
  return mounts !== null && children.length > 0 && children.every((child) => mountsOf(child) === mounts);
}

/** Which mount namespace a process is in; null: gone. */
function mountsOf(pid: number | string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return null;
  }
}

const childrenOf = ({ pid }: InitProcess): string[] => textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);

/** What a monitor is at: its children's command lines. */
export function workOf(monitor: InitProcess): string[] {
  return childrenOf(monitor).map((child) => `process ${child}: ${textOf(`/proc/${child}/cmdline`).split('\0').join(' ').trim()}`);
}
