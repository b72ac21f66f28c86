/** Every record that a box's journal ever had: what a compaction left beside it too. */
import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseJournal } from '../../../box/journal/parse-journal';
import type { JournalRecord } from '../../../box/journal/records';

/** A compaction may be at work: the names are to be the same before and after. */
const TRIES = 20;

export async function readWholeJournal(file: string): Promise<JournalRecord[]> {
  for (let left = TRIES; ; left -= 1) {
    const before = await filesOf(file);
    const parts = await Promise.all(before.map((one) => readFile(one).catch(() => null)));
    const same = (await filesOf(file)).join() === before.join();
    const contents = parts.filter((part) => part !== null);
    if (same && contents.length === parts.length) return joined(contents.map((content) => parseJournal(content, file).records));
    if (left === 0) throw new Error(`${file} and its old files never hold still`);
  }
}

/** Oldest first, the journal itself last. */
async function filesOf(file: string): Promise<string[]> {
  const isOld = (name: string) => name.startsWith(`${basename(file)}.`) && Number.isInteger(numberOf(name));
  const old = (await readdir(dirname(file))).filter(isOld).toSorted((a, b) => numberOf(a) - numberOf(b));
  return [...old.map((name) => join(dirname(file), name)), file];
}

const numberOf = (name: string): number => Number(/\.(\d+)$/.exec(name)?.[1]);

/** What a snapshot says was in the file before it: only the very first one is news. */
export function joined(files: readonly (readonly JournalRecord[])[]): JournalRecord[] {
  const all: JournalRecord[] = [];
  for (const record of files.flat())
    if (all.length <= 1 || (record.kind !== 'snapshot' && record.kind !== 'journal')) all.push(record);
  return all;
}
