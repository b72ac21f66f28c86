/** What the kernel says: CPU that was used by a box's lockers and by a process, and how busy the machine is. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** USER_HZ: what /proc counts in, on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/**
 * CPU milliseconds of all lockers of a box since it was made, those that have ended included: they
 * have one cgroup in common (sandbox/lxc-config.ts). Whatever else the machine does is not in it.
 */
export async function lockersMs(cgroup: string): Promise<number> {
  const v1 = await readFile(`/sys/fs/cgroup/cpuacct/${cgroup}/cpuacct.usage`, 'utf8').catch(() => null);
  if (v1 !== null) return Number(v1) / 1e6;
  const v2 = await readFile(`/sys/fs/cgroup/${cgroup}/cpu.stat`, 'utf8');
  return Number(/^usage_usec (\d+)/m.exec(v2)?.[1]) / 1e3;
}

/** Of the commands that this process ran and that have ended. */
export const commandsMs = (): Promise<number> => ticksOf(process.pid, [13, 14]);

/**
 * Of a process; 0 when it has gone. Not of its children: lockerd waits for the monitors of its
 * lockers, and a locker's whole life would be counted again where it ends.
 */
export const processMs = (pid: number): Promise<number> => ticksOf(pid, [11, 12]);

async function ticksOf(pid: number, which: readonly number[]): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = which.reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  return ticks * MS_PER_TICK;
}

/** MiB that a process holds now, and at most since its start. */
export async function processMiB(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const of = (key: string) => Math.round(Number(new RegExp(`^${key}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1_024);
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly load: number;
}

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg()[0] ?? 0,
  };
}
