import { boxPaths } from '../../../box/paths';
import type { FaultKind } from '../contract';
import { fillDisk, putOnSmallDisk } from './small-disk';

const MEGABYTES = 32;
const FULL_FOR_MS = 15_000;

export const diskFullJournal: FaultKind = {
  name: 'disk-full-journal',
  group: 'disk',
  about: 'the disk of the journal alone is full to the last byte for up to 15 s',
  ends: ['succeeded', 'completed-with-exceptions', 'failed', 'refused'],
  prepare: (world) => {
    const { state } = boxPaths(world.installation.sandbox.boxConfig);
    return putOnSmallDisk(world, { folder: state, megabytes: MEGABYTES });
  },
  strike: async (world) => {
    const mend = await fillDisk(world, boxPaths(world.installation.sandbox.boxConfig).state);
    const mendAfterMs = world.random.number(FULL_FOR_MS);
    return { what: `disk of the journal full for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};
