/**
 * How many more may start because cores have nothing to do? More starts than cores only stretch each
 * other: every one of those lockers is down for longer, and none is up sooner.
 */
import { cpus } from 'node:os';

/** Long enough to tell in ticks of 10 ms, short enough to follow starts that take a tenth of a second. */
const WINDOW_MS = 100;
/** A core that is idle so much of the time takes one more. */
const ENOUGH = 0.75;

/** Idle cores since the last window, once; 0 until the next one is over, since what starts now is not seen yet. */
export type FreeCores = () => number;

/** `idleMs`: of all cores together, since boot. */
export function watchCores(now: () => number, idleMs: () => number = readIdleMs): FreeCores {
  let last = { at: now(), idle: idleMs() };
  return () => {
    const at = now();
    if (at - last.at < WINDOW_MS) return 0;
    const idle = idleMs();
    const cores = (idle - last.idle) / (at - last.at);
    last = { at, idle };
    return Math.floor(cores + 1 - ENOUGH);
  };
}

const readIdleMs = (): number => cpus().reduce((sum, { times }) => sum + times.idle, 0);
