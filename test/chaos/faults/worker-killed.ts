import type { FaultKind } from '../contract';
import { strikeProcess } from './kill-process';

/** Until the next command of a user, which starts a new one. */
const NOBODY_LOOKS_MS = 3_000;

export const workerKilled: FaultKind = {
  name: 'worker-killed',
  group: 'orchestrator',
  about: 'SIGKILL to the worker; the next command starts another',
  ends: ['succeeded'],
  strike: async (world) => ({
    ...(await strikeProcess('worker', await world.workerPid())),
    mendAfterMs: world.random.number(NOBODY_LOOKS_MS),
  }),
};
