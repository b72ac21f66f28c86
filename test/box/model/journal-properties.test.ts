/** A journal that was cut off anywhere, and one that was compacted, say what their whole lines say. */
import * as fc from 'fast-check';
import { compact } from '../../../box/journal/compact';
import { foldJournal } from '../../../box/journal/fold';
import { parseJournal } from '../../../box/journal/parse-journal';
import { JournalRecord } from '../../../box/journal/records';
import type { BoxState } from '../../../box/journal/state';
import { emptyBook, lockerIn, readLine } from './book';
import { records } from './some-records';

const lineOf = (record: JournalRecord) => `${JSON.stringify(record)}\n`;
const bytesOf = (some: readonly JournalRecord[]) => Buffer.from(some.map(lineOf).join(''));

test('every record that is drawn here is one of the journal', () => {
  fc.assert(fc.property(records, (some) => some.forEach((record) => JournalRecord.parse(record))));
});

test('cut off at any byte, a journal says what its whole lines say', () => {
  fc.assert(
    fc.property(records, (many) => {
      const some = many.slice(0, 10);
      const whole = bytesOf(some);
      const ends = some.map((_, index) => bytesOf(some.slice(0, index + 1)).length);
      for (let cut = 0; cut <= whole.length; cut++) {
        const lines = ends.filter((end) => end <= cut).length;
        const parsed = parseJournal(whole.subarray(0, cut), 'journal');
        if (parsed.records.length !== lines || parsed.bytes !== (ends[lines - 1] ?? 0)) throw new Error(`cut at byte ${cut}`);
      }
      const cut = Math.floor(whole.length / 2);
      const { records: left } = parseJournal(whole.subarray(0, cut), 'journal');
      expect(foldJournal(left)).toEqual(foldJournal(some.slice(0, left.length)));
    }),
    { numRuns: 15 },
  );
});

test('a journal whose last line has its length and not its bytes says what the lines before it say', () => {
  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 200 }), (some, length) => {
      const torn = Buffer.concat([bytesOf(some), Buffer.alloc(length), Buffer.from('\n')]);
      const parsed = parseJournal(torn, 'journal');
      expect(parsed).toEqual({ records: some, bytes: bytesOf(some).length });
    }),
  );
});

test('folding says what other eyes read in the same lines', () => {
  fc.assert(
    fc.property(records, (some) => {
      const state = foldJournal(some);
      const book = emptyBook();
      for (const record of some) readLine(book, JSON.stringify(record));
      expect([state.generation, state.lease, state.freeze]).toEqual([book.generation, book.lease, book.freeze]);
      for (const [name, { crashes: _, lastWords: _words, ...record }] of state.lockers)
        expect(record).toEqual(lockerIn(book, name));
      for (const job of state.jobs.values()) {
        const { end, generation, intents } = book.jobs.get(job.token) ?? {};
        expect([job.end?.kind, job.generation]).toEqual([end?.kind, generation]);
        expect(job.intents.map(({ intent, done }) => [intent.kind, done])).toEqual(
          intents?.map(({ kind, done }) => [kind, done]),
        );
      }
    }),
  );
});

const snapshotOf = (state: BoxState): JournalRecord => ({ at, kind: 'snapshot', state: compact(state) });
const at = '2026-11-20T00:00:00.000Z';

test('a snapshot and what comes after it fold to what the whole journal folds to, but for what may be forgotten', () => {
  fc.assert(
    fc.property(records, records, (before, after) => {
      const whole = foldJournal(before);
      const snapshot = JournalRecord.parse(JSON.parse(lineOf(snapshotOf(whole))));
      const kept = foldJournal([snapshot]);
      expect({ ...kept, jobs: null }).toEqual({ ...whole, jobs: null });
      for (const [token, job] of whole.jobs) if (kept.jobs.has(token)) expect(kept.jobs.get(token)).toEqual(job);
      expect([...kept.jobs.keys()]).toEqual([...whole.jobs.keys()].filter((token) => kept.jobs.has(token)));
      const [long, short] = [foldJournal([...before, ...after]), foldJournal([snapshot, ...after])];
      expect({ ...short, jobs: null }).toEqual({ ...long, jobs: null });
    }),
  );
});

test('no compaction forgets a job that has not ended, one of the present generation, or a stop that may still go on', () => {
  fc.assert(
    fc.property(records, (some) => {
      const state = foldJournal(some);
      const kept = new Set(compact(state).jobs.map(({ token }) => token));
      for (const job of state.jobs.values()) {
        const present = job.generation >= state.generation && job.holder !== 'lockerd';
        const stops = job.intents.some(({ intent }) => intent.kind === 'stop' && intent.bootId === state.bootId);
        const unsure = stops && (job.end?.kind === 'failed' || JSON.stringify(job.end).includes('stop-timed-out'));
        if (job.end === null || present || unsure) expect(kept).toContain(job.token);
      }
    }),
  );
});
