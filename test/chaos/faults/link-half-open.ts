import type { FaultKind } from '../contract';
import { clientPorts, dropPackets } from './packet-filter';

export const linkHalfOpen: FaultKind = {
  name: 'link-half-open',
  group: 'link',
  about: 'the open connections go dead without a word, as after a firewall lost its state; new ones work',
  ends: ['succeeded'],
  strike: async (world) => {
    const ports = await clientPorts(world);
    if (ports.length === 0) return { what: 'no connection was open', missed: true };
    const set = `{ ${ports.join(', ')} }`;
    await dropPackets(world, { in: [`tcp dport 22 tcp sport ${set}`], out: [`tcp sport 22 tcp dport ${set}`] });
    return { what: `connections from ports ${ports.join(', ')} dead` };
  },
};
