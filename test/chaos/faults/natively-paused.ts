import type { FaultKind } from '../contract';
import { temporalCli } from '../../support/temporal-cli';
import { HAD_ENDED } from './ask-temporal';
import type { RolloutWorld } from '../world';

/** Longer than lockerd's dead-man waits (a minute), and so short that it notices nothing. */
const LONG_MS = 75_000;
const SHORT_MS = 10_000;

export const nativelyPaused: FaultKind = {
  name: 'natively-paused',
  group: 'person',
  about: "*Pause Workflow* in Temporal for up to 10 s, one time in three for 75 s: longer than lockerd's dead-man waits",
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: async (world) => {
    const long = world.random.number(3) === 0;
    const paused = await pause(world);
    const mendAfterMs = long ? LONG_MS : world.random.number(SHORT_MS);
    if (!paused) return HAD_ENDED;
    return { what: `paused in Temporal for ${(mendAfterMs / 1_000).toFixed(1)} s`, mendAfterMs, mend: () => unpause(world) };
  },
};

const ask = (world: RolloutWorld, verb: string) =>
  temporalCli(world.installation.env, ['workflow', verb, '-w', world.workflowId, '--reason', 'chaos']);

async function pause(world: RolloutWorld): Promise<boolean> {
  try {
    await ask(world, 'pause');
    return true;
  } catch (error) {
    if (/completed|not found/i.test(String(error))) return false;
    throw error;
  }
}

async function unpause(world: RolloutWorld): Promise<void> {
  await ask(world, 'unpause');
}
