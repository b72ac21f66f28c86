import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind } from '../contract';
import type { RolloutWorld } from '../world';
import { killProcess } from './kill-process';
import { initPid, pickLocker } from './locker-processes';

const SICK_FOR_MS = 25_000;
/** lockerd waits up to a minute before it starts it again; one that was started sick still crashes after 3 s. */
const WELL_WITHIN_MS = 120_000;
const WELL_FOR_LOOKS = 10;
const LOOK_EVERY_MS = 500;

export const lockerCrashLoop: FaultKind = {
  name: 'locker-crash-loop',
  group: 'locker',
  about: 'a locker crashes 3 s after each start, whatever release it is on, for up to 25 s',
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: async (world) => {
    const { sandbox } = world.installation;
    const locker = await pickLocker(world);
    const mendAfterMs = world.random.number(SICK_FOR_MS);
    world.onClose(() => sandbox.misbehave(locker, null));
    await sandbox.misbehave(locker, { kind: 'crash-3s', when: 'always' });
    await killProcess('init', await initPid(world, locker));
    const mend = async () => {
      await sandbox.misbehave(locker, null);
      await untilWell(world, locker);
    };
    return { what: `${locker} crashes 3 s after each start for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};

/** Nobody but the box brings it up. */
async function untilWell({ installation }: RolloutWorld, locker: string): Promise<void> {
  const until = performance.now() + WELL_WITHIN_MS;
  for (let well = 0; well < WELL_FOR_LOOKS && performance.now() < until; ) {
    well = (await installation.sandbox.health(locker)) ? well + 1 : 0;
    await sleep(LOOK_EVERY_MS);
  }
}
