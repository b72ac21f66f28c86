import { bootBox } from '../../../sandbox/boot-box';
import { powerOff } from '../../../sandbox/power-off';
import type { FaultKind } from '../contract';

const DARK_FOR_MS = 15_000;

export const boxRebooted: FaultKind = {
  name: 'box-rebooted',
  group: 'box',
  about: 'the box loses its power: lockers, lockerd and sshd end at once; it boots within 15 s with a new boot id',
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: async (world) => {
    const { dir, box } = world.installation.sandbox;
    const mendAfterMs = world.random.number(DARK_FOR_MS);
    const mend = async () => void (await bootBox(dir, box));
    await powerOff(await world.box());
    return { what: `${box} without power for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};
