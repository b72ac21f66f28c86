import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FaultKind } from '../contract';

const AWAY_FOR_MS = 20_000;

export const repositoryAway: FaultKind = {
  name: 'repository-away',
  group: 'repository',
  about: 'the code and the config repository are gone for up to 20 s',
  // What is planned is on the box; before that nothing can be planned.
  ends: ['succeeded', 'refused'],
  strike: async (world) => {
    const repos = dirname(world.installation.sandbox.layout.codeRepo);
    const mendAfterMs = world.random.number(AWAY_FOR_MS);
    let away = true;
    const mend = async () => {
      if (away) await rename(`${repos}.away`, repos);
      away = false;
    };
    world.onClose(mend);
    await rename(repos, `${repos}.away`);
    return { what: `repositories away for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};
