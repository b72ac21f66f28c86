/**
 * The process of LXC that sees to one locker's life: its init's parent. It is there before the init,
 * while the pre-start hooks run, and after it, while the stop and post-stop hooks run; LXC answers STOPPED by then,
 * and would begin a new life beside them.
 */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { LockerName } from '../../domain/model/ids';
import type { InitProcess } from './lxc';
import { parseParent, parseStartTime } from './parse';
import { textOf } from './text-of';

export interface MonitorProcesses {
  /** LXC named the locker's init just now. */
  noteInit(name: LockerName, init: InitProcess): void;
  /** `lxc-start`, which becomes its monitor. */
  noteStart(name: LockerName, pid: number): void;
  /** null: nobody sees to this locker. */
  of(name: LockerName): InitProcess | null;
}

export function monitorProcesses(lxcPaths: readonly string[]): MonitorProcesses {
  const known = new Map<LockerName, InitProcess>();
  // Those that were there before this lockerd, which may be in their last hooks: looked for once.
  let scanned = false;
  const scan = () => {
    scanned = true;
    for (const pid of readdirSync('/proc')) {
      const of = /^\d+$/.test(pid) ? monitoredBy(textOf(`/proc/${pid}/cmdline`)) : null;
      const monitor = of !== null && lxcPaths.includes(of.lxcPath) ? processOf(Number(pid)) : null;
      if (of !== null && monitor !== null) known.set(of.name as LockerName, monitor);
    }
  };
  return {
    noteInit: (name, { pid }) => {
      const parent = parseParent(textOf(`/proc/${pid}/stat`));
      // One that shares a namespace is started as a child of somebody else, who outlives it.
      if (parent === null || monitoredBy(textOf(`/proc/${parent}/cmdline`))?.name !== name) return;
      const monitor = processOf(parent);
      if (monitor) known.set(name, monitor);
    },
    noteStart: (name, pid) => {
      const monitor = processOf(pid);
      if (monitor) known.set(name, monitor);
    },
    of: (name) => {
      if (!scanned) scan();
      const monitor = known.get(name);
      if (monitor && processOf(monitor.pid)?.startTime === monitor.startTime) return monitor;
      known.delete(name);
      return null;
    },
  };
}

/** null: gone, or a zombie. */
function processOf(pid: number): InitProcess | null {
  const startTime = parseStartTime(textOf(`/proc/${pid}/stat`));
  return startTime === null ? null : { pid, startTime };
}

/** Of a command line: `[lxc monitor] PATH NAME` where it was started with -d, else lxc-start's own. Pure. */
export function monitoredBy(cmdline: string): { readonly lxcPath: string; readonly name: string } | null {
  const [, titled, title] = /^\[lxc monitor\] (\/.*) ([^ \0]+)\0*$/.exec(cmdline) ?? [];
  if (titled !== undefined && title !== undefined) return { lxcPath: titled, name: title };
  const words = cmdline.split('\0');
  if (!/^lxc-(?:start|autostart|execute)$/.test(basename(words[0] ?? ''))) return null;
  const after = (short: string, long: string): string | null => {
    const at = words.findIndex((word) => word === short || word === long);
    const joined = words.find((word) => word.startsWith(`${long}=`) || (word.startsWith(short) && word.length > 2));
    return at === -1 ? (joined?.replace(`${long}=`, '').replace(new RegExp(`^${short}`), '') ?? null) : (words[at + 1] ?? null);
  };
  const name = after('-n', '--name');
  const lxcPath = (after('-P', '--lxcpath') ?? '/var/lib/lxc').replace(/(?<=.)\/+$/, '');
  return name === null ? null : { lxcPath, name };
}

/** What a monitor is at: its children's command lines. */
export function workOf({ pid }: InitProcess): string[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return children.map((child) => `process ${child}: ${textOf(`/proc/${child}/cmdline`).split('\0').join(' ').trim()}`);
}
