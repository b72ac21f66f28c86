/** A journal that was compacted is read with what it left beside it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '../../../box/journal/records';
import { boot } from './an-evidence';
import { readWholeJournal } from './journal-files';

const { at } = boot(0, { startTime: '1' });
const HEAD: JournalRecord = { at, kind: 'journal', format: 1, box: 'lxc12' };
const SNAPSHOT: JournalRecord = {
  at,
  kind: 'snapshot',
  state: { lease: null, generation: 3, bootId: null, freeze: null, jobs: [], lockers: [], migrations: [] },
};
const booted = (bootId: string): JournalRecord => ({ at, kind: 'boot', bootId });
const text = (...records: JournalRecord[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-journal-'));
  file = join(folder, 'journal');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the old file comes first, and what it says is not said again', async () => {
  writeFileSync(`${file}.1`, text(HEAD, booted('b1')));
  writeFileSync(file, text(HEAD, SNAPSHOT, booted('b2')));
  expect(await readWholeJournal(file)).toEqual([HEAD, booted('b1'), booted('b2')]);
});

test('where the old file is gone the snapshot stands for it', async () => {
  writeFileSync(file, text(HEAD, SNAPSHOT, booted('b2')));
  expect(await readWholeJournal(file)).toEqual([HEAD, SNAPSHOT, booted('b2')]);
});

test('a torn last line is left out', async () => {
  writeFileSync(file, `${text(HEAD)}{"at":`);
  expect(await readWholeJournal(file)).toEqual([HEAD]);
});
