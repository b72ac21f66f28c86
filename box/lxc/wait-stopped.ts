import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import * as commands from './commands';
import { pauseAfter } from './pause-after';
import { lives, lxc, pathOf, see } from './see';
import type { Known } from './see';

/** False when it still runs after the time, or its monitor has not ended: LXC says STOPPED before the stop hooks have run. */
export async function waitStopped(known: Known, name: LockerName, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  if (timeoutMs > 0 && known.monitors.lives(name) === null) {
    const seconds = Math.ceil(timeoutMs / 1000) + 1;
    await lxc(commands.wait(pathOf(known, name), name, { state: 'STOPPED', seconds }), timeoutMs);
  }
  await untilEnded(known, name, until);
  return (await see(known, name)).state === 'stopped';
}

/** The init first, whose end costs least to look for; then its monitor clears away what was the locker's, and runs its hooks. */
async function untilEnded({ inits, monitors, processes }: Known, name: LockerName, until: number): Promise<void> {
  const init = inits.get(name);
  const began = performance.now();
  while (performance.now() < until) {
    if (!(init && lives(init)) && monitors.lives(name) !== true && processes.of(name) === null) return;
    await sleep(pauseAfter(performance.now() - began));
  }
}
