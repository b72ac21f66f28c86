/**
 * The box's journal as it grows, read from outside. It may be cut (a torn line), replaced (when it
 * is compacted) or gone for a while: what was read once is not told again.
 */
import { readFile, stat } from 'node:fs/promises';
import type { JournalRecord } from '../../box/journal/records';

export interface JournalTail {
  /** New records since the last call, in order. */
  read(): Promise<readonly JournalRecord[]>;
}

export function tailJournal(file: string): JournalTail {
  const told = new Set<string>();
  let seen = '';
  return {
    read: async () => {
      const now = await stat(file).catch(() => null);
      const mark = now === null ? '' : `${now.ino} ${now.size} ${now.mtimeMs}`;
      if (mark === '' || mark === seen) return [];
      const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
      seen = mark;
      const fresh = lines.filter((line) => !told.has(line));
      for (const line of fresh) told.add(line);
      return fresh.flatMap(parse);
    },
  };
}

function parse(line: string): JournalRecord[] {
  try {
    return [JSON.parse(line) as JournalRecord];
  } catch {
    return [];
  }
}
