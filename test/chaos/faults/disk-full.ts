import type { FaultKind } from '../contract';
import { fillDisk, putOnSmallDisk } from './small-disk';

/** Over what a plan and a stage must leave free. */
const MEGABYTES = 512;
const FULL_FOR_MS = 15_000;

export const diskFull: FaultKind = {
  name: 'disk-full',
  group: 'disk',
  about: "the disk with lockstep's folder (mirrors, code, versions, journal) is full to the last byte for up to 15 s",
  // While it is staged the rollout fails and no locker was touched. Later a locker that still serves is refused; what is down comes up on the space set aside for the journal.
  ends: ['succeeded', 'completed-with-exceptions', 'failed', 'refused'],
  prepare: (world) => putOnSmallDisk(world, { folder: world.installation.sandbox.boxLayout.root, megabytes: MEGABYTES }),
  strike: async (world) => {
    const mend = await fillDisk(world, world.installation.sandbox.boxLayout.root);
    const mendAfterMs = world.random.number(FULL_FOR_MS);
    return { what: `disk full for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};
