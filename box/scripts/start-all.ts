/** lxc-start-all: what lxc-stop-all parked, what is owed and what crashed, through the start lane; never what was stopped on purpose. */
import type { LockerName } from '../../domain/model/ids';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import type { Here } from '../client/connect-box';
import type { Arguments } from './arguments';
import { isDown } from '../lxc/lxc';
import { chooseLockers, runs } from './choose-lockers';
import { eachLocker, holdBox } from './hold-box';
import type { Held } from './hold-box';

export function startAll(here: Here, given: Arguments): Promise<number> {
  return holdBox(here, { name: 'lxc-start-all', force: given.force }, async (held) => {
    const chosen = chooseLockers(held.inventory, given.words);
    const due = chosen.filter(
      (locker) => locker.parked !== null || locker.owed !== null || (locker.wanted === 'up' && !runs(locker)),
    );
    const names = due.map(({ name }) => name);
    const leftDown = chosen.filter((locker) => isDown(locker) && !due.includes(locker)).length;
    held.say(`${names.length} lockers to start${leftDown > 0 ? `; ${leftDown} were stopped on purpose and stay so` : ''}`);
    // All at once: the start lane lets through what the box can bear.
    const counts = await eachLocker(held, names, {
      atOnce: Math.max(1, names.length),
      work: (locker) => startOne(held, given, locker),
    });
    return { counts: { ...counts, 'left stopped': leftDown }, bad: ['failed', 'not serving'], release: null };
  });
}

export async function startOne(held: Held, given: Arguments, locker: LockerName): Promise<string> {
  const { memoryAvailable, loadPerCore, holdAfterMs } = PRODUCT_DEFAULTS.pressure;
  const lane = {
    maxStarting: given.maxStarting,
    pressure: { cpuSomeAvg10: given.cpuPressure, memoryAvailable, loadPerCore, holdAfterMs },
  };
  const started = await held.change('start', 'start', { locker, lane, startDeadlineMs: given.startTimeoutMs });
  if (started.kind !== 'not-serving') return started.kind === 'already' ? 'running already' : 'started';
  held.say([`${locker}:`, ...started.evidence.map((line) => `    ${line}`)].join('\n'));
  return 'not serving';
}
