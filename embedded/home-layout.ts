/**
 * The home says by which arrangement it was made. An older one is brought to this one, with a sentence; a
 * newer one is left alone, since its records and its database may mean what this version can not know.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../domain/faults';
import type { Home } from './home';
import { readRecord } from './process-record';
import { setAside } from './set-aside';

const LAYOUT = 1;
/** Before there was a layout file. */
const BEFORE = 0;
const LayoutFile = z.object({ layout: z.int().positive() });

type Progress = (line: string) => void;

/** For who only looks. Faults: HomeUnusable where it is newer than this version. */
export async function checkLayout(home: Home): Promise<void> {
  const found = await layoutOf(home);
  if (found > LAYOUT) throw newer(home, found);
}

/** Only under the start lock. Faults: HomeUnusable where it is newer than this version. */
export async function settleLayout(home: Home, progress: Progress): Promise<void> {
  await checkLayout(home);
  const found = await layoutOf(home);
  if (found === LAYOUT) return;
  if (await hasThings(home)) {
    progress(`${home.root} is of a former version; bringing it to this one`);
    await dropUnreadableRecords(home, progress);
  }
  await writeFile(`${home.layout}.tmp`, `${JSON.stringify({ layout: LAYOUT })}\n`);
  await rename(`${home.layout}.tmp`, home.layout);
}

async function layoutOf({ layout }: Home): Promise<number> {
  const text = await readFile(layout, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new Fault('HomeUnusable', `${layout} can not be read.`, { evidence: [error.message] });
  });
  if (text === null) return BEFORE;
  try {
    return LayoutFile.parse(JSON.parse(text)).layout;
  } catch {
    throw new Fault('HomeUnusable', `${layout} does not say which version made this folder.`, {
      evidence: [text.slice(0, 200)],
      cure: 'Remove that file if this version made the folder, or set LOCKSTEP_HOME to another one.',
    });
  }
}

const newer = ({ root, layout }: Home, found: number): Fault =>
  new Fault('HomeUnusable', `${root} was made by a newer Lockstep: layout ${found}, this one knows ${LAYOUT}.`, {
    evidence: [layout],
    cure: 'Use that version here (its `npm run down` ends what runs), or set LOCKSTEP_HOME to another folder.',
  });

async function hasThings({ database, run }: Home): Promise<boolean> {
  return existsSync(database) || (await recordsIn(run)).length > 0;
}

async function recordsIn(run: string): Promise<string[]> {
  return (await readdir(run)).filter((name) => name.endsWith('.json'));
}

/** What such a record named is found by other means, if it runs (lost-process.ts). */
async function dropUnreadableRecords(home: Home, progress: Progress): Promise<void> {
  for (const name of ['temporal', 'worker']) {
    if (!existsSync(home.record(name)) || (await readRecord(home, name)) !== null) continue;
    progress(`the record of its ${name} can not be read: set aside as ${await setAside(home.record(name))}`);
  }
}
