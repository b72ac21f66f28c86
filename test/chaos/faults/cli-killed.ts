import type { FaultKind } from '../contract';
import { killProcess } from './kill-process';

export const cliKilled: FaultKind = {
  name: 'cli-killed',
  group: 'person',
  about: 'SIGKILL to the command that started the rollout; `lockstep watch` comes back to it',
  ends: ['succeeded'],
  strike: async (world) => {
    const killed: string[] = [];
    for (const pid of await world.cliPids()) killed.push(await killProcess('process', pid));
    return { what: `start-rollout: ${killed.join(', ') || 'had ended'}`, missed: killed.length === 0 };
  },
};
