import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../../../embedded/process-identity';
import { WORKER_GRACE_MS } from '../../../embedded/worker-process';
import type { FaultKind } from '../contract';

const NOBODY_LOOKS_MS = 3_000;
const LOOK_EVERY_MS = 50;

export const workerTerminated: FaultKind = {
  name: 'worker-terminated',
  group: 'orchestrator',
  about: 'SIGTERM to the worker, which lets steps in flight end and leaves the others resumable; the next command starts another',
  ends: ['succeeded'],
  strike: async (world) => ({
    what: await endWorker(await world.workerPid()),
    mendAfterMs: world.random.number(NOBODY_LOOKS_MS),
  }),
};

/** As a service manager stops it. */
export async function endWorker(pid: number | null): Promise<string> {
  const identity = pid === null ? null : identityOf(pid);
  if (pid === null || identity === null) return 'no worker was running';
  const began = performance.now();
  process.kill(pid, 'SIGTERM');
  while (identityOf(pid) === identity) {
    // One that stays would be killed, with steps cut off: its shutdown failed.
    if (performance.now() - began > WORKER_GRACE_MS) throw new Error(`worker ${pid} did not end within ${WORKER_GRACE_MS} ms`);
    await sleep(LOOK_EVERY_MS);
  }
  return `worker ${pid} told to end, gone after ${((performance.now() - began) / 1_000).toFixed(1)} s`;
}
