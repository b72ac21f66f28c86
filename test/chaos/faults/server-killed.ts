import type { FaultKind } from '../contract';
import { strikeProcess } from './kill-process';

const NOBODY_LOOKS_MS = 8_000;

export const serverKilled: FaultKind = {
  name: 'server-killed',
  group: 'orchestrator',
  about: 'SIGKILL to the Temporal server; the next command starts it on the same database',
  ends: ['succeeded'],
  strike: async (world) => ({
    ...(await strikeProcess('server', await world.serverPid())),
    mendAfterMs: world.random.number(NOBODY_LOOKS_MS),
  }),
};
