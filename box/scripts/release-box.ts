/** lockerctl release-box: ends a lease left behind. What it left down is brought up first. */
import type { Here } from '../client/connect-box';
import type { Arguments } from './arguments';
import { eachLocker, holdBox } from './hold-box';
import { startOne } from './start-all';

export function releaseBox(here: Here, given: Arguments): Promise<number> {
  // Taking it by force and giving it back is the release: recorded, and older requests are fenced from then on.
  return holdBox(here, { name: 'release-box', force: true }, async (held) => {
    const owed = held.inventory.lockers.filter((locker) => locker.owed !== null).map(({ name }) => name);
    held.say(`${owed.length} owed lockers to bring up`);
    const counts = await eachLocker(held, owed, {
      atOnce: Math.max(1, owed.length),
      work: (locker) => startOne(held, given, locker),
    });
    return { counts, bad: ['failed', 'not serving'], release: null };
  });
}
