import type { FaultKind } from '../contract';
import { dropPackets } from './packet-filter';

const CUT_FOR_MS = 30_000;

export const linkOneWay: FaultKind = {
  name: 'link-one-way',
  group: 'link',
  about: 'requests reach the box and its replies get lost, for up to 30 s',
  ends: ['succeeded'],
  strike: async (world) => {
    const mendAfterMs = 500 + world.random.number(CUT_FOR_MS);
    const mend = await dropPackets(world, { in: [], out: ['tcp sport 22'] });
    return { what: `replies lost for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};
