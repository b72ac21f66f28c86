import type { FaultKind } from '../contract';
import { dropPackets } from './packet-filter';

/** From less than the keepalive's three seconds to long after it; all of it shorter than a step is tried again. */
const CUT_FOR_MS = 30_000;

export const linkCut: FaultKind = {
  name: 'link-cut',
  group: 'link',
  about: 'no packet passes between worker and sshd, either way, for up to 30 s',
  ends: ['succeeded'],
  strike: async (world) => {
    const mendAfterMs = 500 + world.random.number(CUT_FOR_MS);
    const mend = await dropPackets(world, { in: ['tcp dport 22'], out: ['tcp sport 22'] });
    return { what: `link cut for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};
