/** lxc-stop-all: every running locker drained and stopped, parked until lxc-start-all. */
import type { LockerName } from '../../domain/model/ids';
import type { Here } from '../client/connect-box';
import type { Arguments } from './arguments';
import { isDown } from '../lxc/lxc';
import { chooseLockers } from './choose-lockers';
import { eachLocker, holdBox } from './hold-box';
import type { Held } from './hold-box';

/** Each waits for its own work to end; more at once would only make them slower. */
const AT_ONCE = 20;

export function stopAll(here: Here, given: Arguments): Promise<number> {
  return holdBox(here, { name: 'lxc-stop-all', force: given.force }, async (held) => {
    const chosen = chooseLockers(held.inventory, given.words);
    // One that is at its hooks may be on its way up.
    const up = chosen.filter((locker) => !isDown(locker)).map(({ name }) => name);
    held.say(`${up.length} of ${chosen.length} lockers run`);
    const counts = await eachLocker(held, up, {
      atOnce: AT_ONCE,
      work: (locker) => stopOne(held, given, { locker, onPurpose: false }),
    });
    return {
      counts: { ...counts, 'not running': chosen.length - up.length + (counts['not running'] ?? 0) },
      bad: ['failed', 'still running'],
      release: null,
    };
  });
}

export async function stopOne(held: Held, given: Arguments, which: { locker: LockerName; onPurpose: boolean }): Promise<string> {
  const stop = { timeoutMs: given.stopTimeoutMs, onTimeout: 'kill' } as const;
  const stopped = await held.change('stop', 'stop', { ...which, stop, drain: { timeoutMs: given.drainTimeoutMs } });
  if (stopped.kind === 'stop-timed-out') {
    held.say(stopped.evidence.join('\n'));
    return 'still running';
  }
  if (stopped.kind === 'already') return 'not running';
  return stopped.killed ? 'killed' : 'stopped';
}
