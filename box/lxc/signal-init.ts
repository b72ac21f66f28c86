import { lives } from './see';
import type { InitProcess } from './lxc';

/** To this very process and no later one of its number; one that has ended meanwhile is no error. */
export function signalInit(init: InitProcess, signal: NodeJS.Signals | number): void {
  // 0 and below name whole groups.
  if (init.pid <= 1 || !lives(init)) return;
  try {
    process.kill(init.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
