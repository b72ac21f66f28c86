/** What LXC and /proc print → values. Pure. */
import type { LxcState } from './lxc';

const STATES: Readonly<Record<string, LxcState>> = { RUNNING: 'running', STOPPED: 'stopped', FROZEN: 'frozen' };

/** `lxc-info -s -p -H`: `State: RUNNING` and `PID: 123`. */
export function parseInfo(stdout: string): { state: LxcState; word: string; pid: number | null } {
  const word = /^State:\s*(\S+)/m.exec(stdout)?.[1] ?? stdout.trim();
  const pid = /^PID:\s*(\d+)/m.exec(stdout)?.[1];
  return { state: STATES[word] ?? 'other', word, pid: pid === undefined ? null : Number(pid) };
}

/** Field 22 of /proc/<pid>/stat; the command's name (field 2) may hold spaces and brackets. null: a zombie, or no such line. */
export function parseStartTime(stat: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return fields[19] ?? null;
}

/** Field 4 of /proc/<pid>/stat. */
export function parseParent(stat: string): number | null {
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? null : Number(parent);
}

/** The address without its prefix length. */
export function parseConfigAddress(config: string): string | null {
  return /^\s*lxc\.net\.0\.ipv4\.address\s*=\s*([0-9.]+)/m.exec(config)?.[1] ?? null;
}

/** LXC's log, from level NOTICE on, names the init that it has started; null: not yet. */
export function parseStarted(log: string): number | null {
  const pid = /Started ".*" with pid "(\d+)"/.exec(log)?.[1];
  return pid === undefined ? null : Number(pid);
}

/** LXC's log says when it got as far as the locker's own init. */
export function wasExecuted(log: string): boolean {
  return /Started "|Exec'ing "/.test(log);
}

export function lastLines(text: string, count: number): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-count).map((line) => line.slice(0, 300));
}
