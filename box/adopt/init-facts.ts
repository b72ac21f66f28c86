/** What the kernel shows of a running init: since when it runs, and which signals it does not ignore. */
import { readFile } from 'node:fs/promises';
import { maskOf } from '../inspect/signal-mask';
import { parseStartTime } from '../lxc/parse';

export interface InitFacts {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Numbers of the signals that it catches, or blocks to wait for them. */
  readonly handled: readonly number[];
}

/** Of the kernel's interface to programs, on every machine that Linux runs on. */
const TICKS_PER_SECOND = 100;

/** `now`: epoch milliseconds. null: it has ended. */
export async function initFacts(pid: number, now: number, proc = '/proc'): Promise<InitFacts | null> {
  try {
    const [status, line, machine] = await Promise.all(
      [`${pid}/status`, `${pid}/stat`, 'uptime'].map((name) => readFile(`${proc}/${name}`, 'utf8')),
    );
    const ticks = parseStartTime(line ?? '');
    if (ticks === null) return null;
    // Not by the boot time in /proc/stat, which is in whole seconds.
    const age = Number(machine?.split(' ')[0]) - Number(ticks) / TICKS_PER_SECOND;
    return { startedAt: now - 1000 * age, handled: [...maskOf(status ?? '', 'SigCgt'), ...maskOf(status ?? '', 'SigBlk')] };
  } catch {
    return null;
  }
}
