import type { FaultKind } from '../contract';
import { killSshd, startSshdAgain } from './box-sshd';

const DOWN_FOR_MS = 25_000;

export const sshdKilled: FaultKind = {
  name: 'sshd-killed',
  group: 'link',
  about: 'SIGKILL to all processes of sshd; started again within 25 s',
  ends: ['succeeded'],
  strike: async (world) => {
    const mendAfterMs = world.random.number(DOWN_FOR_MS);
    const mend = () => startSshdAgain(world);
    world.onClose(mend);
    return { what: `${await killSshd(world)} processes of sshd killed for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};
