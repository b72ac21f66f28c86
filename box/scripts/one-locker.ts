/** lockerctl stop and start: lockers by name, stopped on purpose or started again. */
import type { Here } from '../client/connect-box';
import { UsageError } from './arguments';
import type { Arguments } from './arguments';
import { chooseLockers } from './choose-lockers';
import { eachLocker, holdBox } from './hold-box';
import type { Held } from './hold-box';
import { startOne } from './start-all';
import { stopOne } from './stop-all';

type Named = (here: Here, given: Arguments) => Promise<number>;

const named =
  (name: string, work: (held: Held, given: Arguments) => Parameters<typeof eachLocker>[2]['work']): Named =>
  (here, given) => {
    if (given.words.length === 0) throw new UsageError('name at least one locker');
    return holdBox(here, { name, force: given.force }, async (held) => {
      const lockers = chooseLockers(held.inventory, given.words).map((locker) => locker.name);
      const counts = await eachLocker(held, lockers, { atOnce: 5, work: work(held, given) });
      return { counts, bad: ['failed', 'still running', 'not serving'], release: null };
    });
  };

export const stopLockers = named('stop', (held, given) => (locker) => stopOne(held, given, { locker, onPurpose: true }));
export const startLockers = named('start', (held, given) => (locker) => startOne(held, given, locker));
