import type { FaultKind } from '../contract';
import { killProcess } from './kill-process';

const NOBODY_LOOKS_MS = 8_000;

export const workerAndServerKilled: FaultKind = {
  name: 'worker-and-server-killed',
  group: 'orchestrator',
  about: 'SIGKILL to worker and Temporal server at once; the next command starts both',
  ends: ['succeeded'],
  strike: async (world) => {
    const [worker, server] = await Promise.all([world.workerPid(), world.serverPid()]);
    const what = await Promise.all([killProcess('worker', worker), killProcess('server', server)]);
    return { what: what.join(', '), mendAfterMs: world.random.number(NOBODY_LOOKS_MS) };
  },
};
