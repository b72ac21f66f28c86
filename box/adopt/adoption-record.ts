/** `state/adoption.json`: written before the first change of a locker, so that whoever comes after a death knows what was begun. */
import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AdoptionRecord } from '../../domain/adopt/adoption';
import { Fault } from '../../domain/faults';
import { Digest } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { syncFolder } from '../release/versions';

type Place = Pick<BoxContext, 'paths'>;

const fileOf = ({ paths }: Place): string => join(paths.state, 'adoption.json');

export async function readRecord(box: Place): Promise<AdoptionRecord> {
  const file = fileOf(box);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { format: 1, lockers: {} };
  try {
    return AdoptionRecord.parse(JSON.parse(text));
  } catch (error) {
    throw new Fault('BoxUnfit', `${file} can not be read.`, {
      evidence: [(error as Error).message.slice(0, 500)],
      cure: 'Nothing was changed. It says which configs were replaced: bring it back from a backup, or put the originals beside the configs in place by hand.',
    });
  }
}

/** The last one taken out takes the file along. */
export async function writeRecord(box: Place, record: AdoptionRecord): Promise<void> {
  if (Object.keys(record.lockers).length === 0) await rm(fileOf(box), { force: true });
  else await writeDurably(fileOf(box), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await syncFolder(box.paths.state);
}

export interface FileRights {
  readonly mode: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Beside, synced, then renamed: nobody ever reads a half of it. */
export async function writeDurably(file: string, text: string, { mode, owner }: FileRights): Promise<void> {
  const beside = `${file}.new`;
  const handle = await open(beside, 'w', mode);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    if (owner) await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}

export const digestOfText = (text: string | Buffer): Digest => Digest.parse(createHash('sha256').update(text).digest('hex'));

/** null: it is not there. */
export async function digestOfFile(file: string): Promise<Digest | null> {
  const bytes = await readFile(file).catch(() => null);
  return bytes && digestOfText(bytes);
}
