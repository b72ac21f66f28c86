import { copyFile, rm } from 'node:fs/promises';
import { makeKey } from '../../../sandbox/make-key';
import type { FaultKind } from '../contract';
import type { RolloutWorld } from '../world';
import { restartSshd } from './box-sshd';

const WRONG_FOR_MS = 10_000;

export const hostKeyChanged: FaultKind = {
  name: 'host-key-changed',
  group: 'link',
  about: 'sshd comes back with another host key; within 10 s the right one is back',
  // What was under way cannot be asked any more: unreachable. Before the first locker there is nothing to hold.
  ends: ['succeeded', 'completed-with-exceptions', 'failed', 'refused'],
  strike: async (world) => {
    const { hostKey } = world.installation.sandbox.boxLayout;
    const mendAfterMs = world.random.number(WRONG_FOR_MS);
    for (const file of [hostKey, `${hostKey}.pub`]) await copyFile(file, `${file}.right`);
    let wrong = true;
    const mend = async () => {
      if (wrong) await putBack(world, hostKey);
      wrong = false;
    };
    world.onClose(mend);
    for (const file of [hostKey, `${hostKey}.pub`]) await rm(file);
    await makeKey(hostKey, 'stranger');
    await restartSshd(world);
    return { what: `another host key for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};

async function putBack(world: RolloutWorld, hostKey: string): Promise<void> {
  for (const file of [hostKey, `${hostKey}.pub`]) await copyFile(`${file}.right`, file);
  await restartSshd(world);
}
