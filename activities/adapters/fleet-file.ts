/** fleet.yaml, read anew each time: a mended file counts at once, in the middle of a rollout too. */
import { readFile } from 'node:fs/promises';
import { Fault } from '../../domain/faults';
import { parseFleet } from '../../domain/model/parse-fleet';
import type { Fleet } from '../../domain/model/fleet';
import type { FleetPort } from '../ports/fleet-port';

/** `file` is absolute. Parsed again only when it says something else: every step of every locker asks. */
export function makeFleetFile(file: string): FleetPort {
  let last: { readonly text: string; readonly fleet: Fleet } | null = null;
  return {
    read: async () => {
      const text = await textOf(file);
      if (last?.text !== text) last = { text, fleet: parseFleet(text, file) };
      return last.fleet;
    },
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Fault('FleetFileMissing', `There is no fleet file at ${file}.`);
    throw new Fault('FleetFileInvalid', `The fleet file ${file} can not be read (${code}).`, { cure: 'Check its permissions.' });
  }
}
