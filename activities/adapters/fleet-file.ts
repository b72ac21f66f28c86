/** fleet.yaml, read anew each time: a mended file counts at once, in the middle of a rollout too. */
import { readFile } from 'node:fs/promises';
import { Fault } from '../../domain/faults';
import { parseFleet } from '../../domain/model/parse-fleet';
import type { FleetPort } from '../ports/fleet-port';

/** `file` is absolute. */
export function makeFleetFile(file: string): FleetPort {
  return { read: async () => parseFleet(await textOf(file), file) };
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
