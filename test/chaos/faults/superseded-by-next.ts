import type { FaultKind } from '../contract';

export const supersededByNext: FaultKind = {
  name: 'superseded-by-next',
  group: 'person',
  about: 'the next `start-rollout --supersede`: aborts it, waits for its end, and brings the box to the release',
  // Nothing was left to be aborted.
  ends: ['aborted', 'succeeded'],
  strike: async ({ installation }) => {
    const ended = await installation.rollout('--yes', '--supersede');
    if (ended.code !== 0)
      throw new Error(`the next one ended with ${ended.code}\n${ended.stdout.slice(-2_000)}\n${ended.stderr}`);
    return { what: 'superseded by the next, which succeeded' };
  },
};
