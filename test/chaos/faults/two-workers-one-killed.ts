import type { FaultKind } from '../contract';
import type { RolloutWorld } from '../world';
import { killProcess } from './kill-process';
import { startSecondWorker } from './second-worker';

/** The other one alone must bring it on; after that the next command starts the first one anew. */
const ALONE_MS = 30_000;

const seconds = new WeakMap<RolloutWorld, number>();

export const twoWorkersOneKilled: FaultKind = {
  name: 'two-workers-one-killed',
  group: 'orchestrator',
  about: 'two workers share the task queues; SIGKILL to one of them, and the other goes on alone',
  ends: ['succeeded'],
  prepare: async (world) => void seconds.set(world, await startSecondWorker(world)),
  strike: async (world) => {
    const victims = [await world.workerPid(), seconds.get(world) ?? null];
    const victim = world.random.pick(victims);
    return { what: `${await killProcess('worker', victim)} of ${victims.join(' and ')}`, mendAfterMs: ALONE_MS };
  },
};
