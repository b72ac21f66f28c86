/**
 * The installation that faults are done to: six lockers and short times, so that a rollout takes
 * seconds and meets every step; and no gate on the machine's own load, which is not the test's.
 */
import { anInstallation } from '../support/installation';
import type { Installation } from '../support/installation';
import { ensureOrchestrator } from './ensure-orchestrator';

export const LOCKERS = 6;
/** What the referee holds the rollout to. */
export const LIMITS = { maxDown: 2, maxUnproven: 6 };

export const POLICY = {
  batches: [1, 2, 'rest'],
  maxDown: LIMITS.maxDown,
  maxUnproven: LIMITS.maxUnproven,
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 2 },
  drain: { timeout: '20s', onTimeout: 'proceed' },
  stop: { timeout: '15s', onTimeout: 'kill' },
  verify: { stable: '1s', goodProbes: 2, deadline: '60s' },
  soak: { canary: '1s', batch: '0s' },
  gates: 'none',
};

/** Work in flight that ends soon, and a start that costs little: two cores carry more than one installation. */
const VALUES = { startCpuMs: 30, jobEveryMs: 500, jobMedianMs: 150 };

let opening: Promise<unknown> = Promise.resolve();

/** One after the other: two that start at once would look for free ports at once. */
export function openChaosInstallation(): Promise<Installation> {
  const mine = opening.then(makeOne);
  opening = mine.catch(() => {});
  return mine;
}

async function makeOne(): Promise<Installation> {
  const installation = await anInstallation({ lockers: LOCKERS, policy: POLICY });
  try {
    await installation.sandbox.writeFleet({ policy: POLICY, values: VALUES });
    await ensureOrchestrator(installation);
    return installation;
  } catch (error) {
    await installation.close();
    throw error;
  }
}
