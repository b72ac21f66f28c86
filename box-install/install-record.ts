/** The record on the box: what was changed, and what was there before. Written before each change, gone with the last undone. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failed } from './failed';
import { bytesOf, makeFolders, missingFolders, removeBeside, removeEmpty, writeWhole } from './host-files';
import type { InstallRecord } from './wanted';

/** null: nothing of ours is here. */
export function readInstallRecord(path: string): InstallRecord | null {
  const bytes = bytesOf(path);
  if (bytes === null) return null;
  try {
    const record = JSON.parse(bytes.toString('utf8')) as InstallRecord;
    if (record.format === 1 && Array.isArray(record.entries)) return record;
  } catch {
    // As good as a wrong format.
  }
  throw new Failed(`${path} can not be read: it says what install-box changed.`, [
    'nothing was changed; bring it back from a backup, or move it away (then nothing can be undone)',
  ]);
}

export function beginInstallRecord(path: string): InstallRecord {
  const known = readInstallRecord(path);
  if (known !== null) return known;
  const folders = missingFolders(dirname(path));
  makeFolders(folders, { mode: 0o755 });
  const record = { format: 1, folders, entries: [] } as const;
  writeInstallRecord(path, record);
  return record;
}

/** It holds other people's keys and files as they were. */
export function writeInstallRecord(path: string, record: InstallRecord): void {
  writeWhole(path, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}

export function endInstallRecord(path: string, { folders }: InstallRecord): void {
  rmSync(path, { force: true });
  removeBeside(path);
  removeEmpty(folders);
}
