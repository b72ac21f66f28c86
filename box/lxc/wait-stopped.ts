import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import * as commands from './commands';
import { pauseAfter } from './pause-after';
import { lives, lxc, see } from './see';
import type { Known } from './see';

/** False when it still runs after the time. */
export async function waitStopped(known: Known, name: LockerName, timeoutMs: number): Promise<boolean> {
  const { lxcPath, monitors } = known;
  if (timeoutMs > 0 && monitors.lives(name) === null) {
    const seconds = Math.ceil(timeoutMs / 1000) + 1;
    await lxc(commands.wait(lxcPath, name, { state: 'STOPPED', seconds }), timeoutMs);
  } else await untilEnded(known, name, timeoutMs);
  return (await see(known, name)).state === 'stopped';
}

/** The init first, whose end costs least to look for; then its monitor clears away what was the locker's. */
async function untilEnded({ inits, monitors }: Known, name: LockerName, timeoutMs: number): Promise<void> {
  const init = inits.get(name);
  const began = performance.now();
  const waited = () => performance.now() - began;
  while (waited() < timeoutMs) {
    if (!(init && lives(init)) && monitors.lives(name) !== true) return;
    await sleep(pauseAfter(waited()));
  }
}
