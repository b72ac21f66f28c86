import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compact } from '../../box/journal/compact';
import { foldJournal } from '../../box/journal/fold';
import { openJournal } from '../../box/journal/journal';
import { parseJournal } from '../../box/journal/parse-journal';
import type { JournalRecord } from '../../box/journal/records';
import { recordOf, wantedOf } from '../../box/journal/state';
import type { LockerName, Token } from '../../domain/model/ids';

const ada = 'ada' as LockerName;
const token = 'r1/lxc12/ada/1/update' as Token;
const at = '2026-11-20T00:00:00.000Z';
const lease = { holder: 'r1', generation: 1, by: 'jane', since: at };
const job: JournalRecord = { at, kind: 'job', token, verb: 'update', params: { locker: ada }, holder: 'r1', generation: 1 };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-journal-'));
  file = join(folder, 'state', 'journal');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const open = () => openJournal({ file, box: 'lxc12', now: () => Date.parse(at) });

test('what was appended is there after opening again', async () => {
  const journal = open();
  await journal.append({ kind: 'lease', lease, from: null }, { kind: 'wanted', locker: ada, wanted: 'down' });
  journal.close();
  expect(open().state().lease).toEqual(lease);
  expect(wantedOf(open().state(), ada, true)).toBe('down');
});

test('a torn last line is ignored and the next record stands on a line of its own', async () => {
  const journal = open();
  await journal.append({ kind: 'lease', lease, from: null });
  journal.close();
  appendFileSync(file, '{"at":"2026-11-20T00:00:00.000Z","kind":"lease-rel');
  const again = open();
  expect(again.state().lease).toEqual(lease);
  await again.append({ kind: 'lease-released', generation: 1 });
  again.close();
  expect(open().state().lease).toBeNull();
  expect(parseJournal(readFileSync(file), file).records).toHaveLength(3);
});

test('a last line that has its length and not its bytes is ignored too', async () => {
  const journal = open();
  await journal.append({ kind: 'lease', lease, from: null });
  journal.close();
  appendFileSync(file, `${'\0'.repeat(40)}\n`);
  expect(open().state().lease).toEqual(lease);
});

test('garbage in the middle is a fault that names the line, not half a state', async () => {
  const journal = open();
  await journal.append({ kind: 'lease', lease, from: null });
  journal.close();
  writeFileSync(file, readFileSync(file, 'utf8').replace('"kind":"journal"', '"kind":"rubbish"'));
  expect(() => open()).toThrow(/Line 1 of/);
});

test('appends at once share the file in order', async () => {
  const journal = open();
  const versions = Array.from({ length: 50 }, (_, index) => index + 1);
  await Promise.all(versions.map((version) => journal.append({ kind: 'next', locker: ada, version })));
  journal.close();
  expect(recordOf(open().state(), ada).next).toBe(50);
});

test('the space for the way up is set aside, once', () => {
  const journal = open();
  journal.assertRoom();
  journal.assertRoom();
  expect(readFileSync(join(folder, 'state', 'reserve'))).toHaveLength(2 * 1024 * 1024);
  journal.close();
});

test('folding records a job from its acceptance to its end, with the intents between', () => {
  const init = { pid: 7, startTime: '9' };
  const state = foldJournal([
    job,
    { at, kind: 'intent', token, intent: { kind: 'stop', bootId: 'b', init, deadline: at, signal: true } },
    { at, kind: 'effect', token, effect: 'stop' },
    { at, kind: 'intent', token, intent: { kind: 'switch', from: 1, to: 2 } },
    { at, kind: 'adopted', token, generation: 3 },
  ]);
  const folded = state.jobs.get(token);
  expect(folded?.intents.map(({ intent, done }) => [intent.kind, done])).toEqual([
    ['stop', true],
    ['switch', false],
  ]);
  expect(folded?.generation).toBe(3);
  expect(folded?.end).toBeNull();
});

test('a job that is tried again after a fault keeps its intents and counts as the latest', () => {
  const other = { ...job, token: 'r1/lxc12/ada/2/restore' as Token };
  const state = foldJournal([
    job,
    { at, kind: 'intent', token, intent: { kind: 'move', from: 1, to: 2 } },
    { at, kind: 'failed', token, fault: {} },
    other,
    job,
  ]);
  expect([...state.jobs.keys()]).toEqual([other.token, token]);
  expect(state.jobs.get(token)).toMatchObject({ end: null, intents: [{ intent: { kind: 'move' } }] });
});

test('owed is cleared by paid, and a snapshot stands for everything before it', () => {
  const owed = { token, from: 1, to: 2, since: at };
  const before: JournalRecord[] = [
    { at, kind: 'lease', lease, from: null },
    { at, kind: 'owed', locker: ada, owed },
  ];
  const state = foldJournal(before);
  expect(recordOf(state, ada).owed).toEqual(owed);
  const snapshot: JournalRecord = {
    at,
    kind: 'snapshot',
    state: {
      lease: state.lease,
      generation: state.generation,
      bootId: null,
      freeze: null,
      jobs: [],
      lockers: [...state.lockers],
      migrations: [],
    },
  };
  const paid: JournalRecord = { at, kind: 'paid', locker: ada };
  expect(foldJournal([snapshot, paid])).toEqual(foldJournal([...before, paid]));
});

test('a lease that was released with an older generation stays', () => {
  const newer = { ...lease, generation: 2, holder: 'r2' };
  const state = foldJournal([
    { at, kind: 'lease', lease: newer, from: 'r1' },
    { at, kind: 'lease-released', generation: 1 },
  ]);
  expect(state.lease).toEqual(newer);
  expect(state.generation).toBe(2);
});

test('beyond its size the journal is compacted: the state stays, and what can never be asked again goes', async () => {
  const journal = openJournal({ file, box: 'lxc12', now: () => Date.parse(at), compactBytes: 2_000 });
  await journal.append(
    { kind: 'boot', bootId: 'b1' },
    { kind: 'lease', lease, from: null },
    { kind: 'wanted', locker: ada, wanted: 'up' },
  );
  const done = async (holder: string, generation: number, cycle: number) => {
    const { at: _, ...rest } = job;
    const name = `${holder}/lxc12/ada/${cycle}/update` as Token;
    await journal.append(
      { ...rest, token: name, holder, generation },
      { kind: 'done', token: name, result: { kind: 'serving' } },
    );
  };
  for (let cycle = 1; cycle <= 10; cycle++) await done('r1', 1, cycle);
  await journal.append({ kind: 'lease', lease: { ...lease, holder: 'r2', generation: 4 }, from: 'r1' });
  for (let cycle = 1; cycle <= 10; cycle++) await done('r2', 4, cycle);
  journal.close();
  const again = open().state();
  expect(again).toEqual(journal.state());
  expect([...again.jobs.values()].filter(({ generation }) => generation === 4)).toHaveLength(10);
  expect([...again.jobs.values()].filter(({ generation }) => generation === 1).length).toBeLessThan(10);
  expect(parseJournal(readFileSync(`${file}.1`), file).records[0]).toMatchObject({ kind: 'journal' });
});

test('a stop whose process may still be ending outlives its generation', () => {
  const stop = { kind: 'stop', bootId: 'b1', init: { pid: 7, startTime: '9' }, deadline: at, signal: true } as const;
  const before: JournalRecord[] = [
    { at, kind: 'boot', bootId: 'b1' },
    job,
    { at, kind: 'intent', token, intent: stop },
    { at, kind: 'done', token, result: { kind: 'stop-timed-out' } },
    { at, kind: 'lease', lease: { ...lease, holder: 'r2', generation: 9 }, from: 'r1' },
  ];
  expect(compact(foldJournal(before)).jobs).toHaveLength(1);
  expect(compact(foldJournal([...before, { at, kind: 'boot', bootId: 'b2' }])).jobs).toHaveLength(0);
});

test('the tokens of the two rollouts before are still known: one of them may be reset on a free box', () => {
  const next = (generation: number): JournalRecord => ({ at, kind: 'lease', lease: { ...lease, generation }, from: null });
  const done: JournalRecord = { at, kind: 'done', token, result: { kind: 'serving' } };
  expect(compact(foldJournal([job, done, next(3)])).jobs).toHaveLength(1);
  expect(compact(foldJournal([job, done, next(4)])).jobs).toHaveLength(0);
});

test('a compaction that finds no room changes nothing', async () => {
  const journal = openJournal({ file, box: 'lxc12', now: () => Date.parse(at), compactBytes: 10 });
  // In its way: a folder of that name.
  mkdirSync(`${file}.new`);
  await journal.append({ kind: 'lease', lease, from: null });
  await journal.append({ kind: 'wanted', locker: ada, wanted: 'up' });
  journal.close();
  expect(open().state().lease).toEqual(lease);
  expect(wantedOf(open().state(), ada, false)).toBe('up');
});
