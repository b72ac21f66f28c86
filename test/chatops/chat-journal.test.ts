/** The outbox's file: what was put survives any death, a newer state takes the place of an older one, a torn line is nobody's. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { openChatJournal, readChat } from '../../chatops/outbox/chat-journal';
import { emptyState, foldChat, settleDeath, snapshotOf } from '../../chatops/outbox/chat-state';
import type { ChatRecord, ChatState } from '../../chatops/outbox/chat-state';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-chat-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = () => join(folder, 'chat.journal');

const NOW = 1_000_000;
const put = (key: string, id: string, at = NOW): ChatRecord => ({
  kind: 'put',
  item: { id, key, target: 'slack', body: { text: id }, at, expires: null },
});
const trying = (key: string, id: string): ChatRecord => ({ kind: 'trying', key, id, at: NOW });
const failed = (key: string, id: string, unknown = false): ChatRecord => ({
  kind: 'failed',
  key,
  id,
  at: NOW,
  why: 'away',
  nextAt: NOW + 500,
  unknown,
});
const sent = (key: string, id: string, ts = '1.0'): ChatRecord => ({ kind: 'sent', key, id, receipt: { channel: 'C1', ts } });
const dead = (key: string, id: string): ChatRecord => ({ kind: 'dead', key, id, at: NOW, why: 'too late' });

function folded(...records: readonly ChatRecord[]): ChatState {
  const state = emptyState();
  for (const record of records) foldChat(state, record);
  return state;
}

test('a newer state takes the place of an undelivered older one and keeps its turn', () => {
  const { waiting } = folded(put('a', 'a1'), trying('a', 'a1'), failed('a', 'a1'), put('b', 'b1'), put('a', 'a2'));
  expect([...waiting.values()].map(({ id, attempts, nextAt }) => ({ id, attempts, nextAt }))).toEqual([
    { id: 'a2', attempts: 1, nextAt: NOW + 500 },
    { id: 'b1', attempts: 0, nextAt: NOW },
  ]);
});

test('what is delivered while a newer state comes leaves the newer one to be an update', () => {
  const state = folded(put('a', 'a1'), trying('a', 'a1'), put('a', 'a2'), sent('a', 'a1'));
  expect(state.waiting.get('a')).toMatchObject({ id: 'a2', attempts: 0 });
  expect(state.receipts.get('a')).toEqual({ channel: 'C1', ts: '1.0' });
});

test('a lost answer and a death in between leave a doubt since the first try, until the message is known to be there', () => {
  const lost = folded(put('a', 'a1'), trying('a', 'a1'), failed('a', 'a1', true), trying('a', 'a1'), failed('a', 'a1', false));
  expect(lost.doubts.get('a')).toBe(NOW);
  const died = folded(put('a', 'a1'), trying('a', 'a1'));
  settleDeath(died);
  expect(died.doubts.get('a')).toBe(NOW);
  foldChat(died, sent('a', 'a1'));
  expect(died.doubts.size + died.trying.size).toBe(0);
  const clear = folded(put('a', 'a1'), trying('a', 'a1'), failed('a', 'a1', false));
  settleDeath(clear);
  expect(clear.doubts.size).toBe(0);
});

test('a dead letter is kept, a newer state of it replaces it, and revived it waits again with new time', () => {
  const gone = [put('a', 'a1', 5), trying('a', 'a1'), failed('a', 'a1'), dead('a', 'a1')];
  expect([...folded(...gone).dead.values()]).toMatchObject([{ id: 'a1', why: 'too late', diedAt: NOW }]);
  expect(folded(...gone, put('a', 'a2')).dead.size).toBe(0);
  const back = folded(...gone, { kind: 'revived', at: NOW + 9 });
  expect(back.dead.size).toBe(0);
  expect(back.waiting.get('a')).toMatchObject({ id: 'a1', at: NOW + 9, attempts: 0, nextAt: NOW + 9 });
});

const key = fc.constantFrom('a', 'b', 'c');
const id = fc.constantFrom('1', '2', '3');
const record: fc.Arbitrary<ChatRecord> = fc.oneof(
  fc.record({ key, id }).map((of) => put(of.key, of.id)),
  fc.record({ key, id }).map((of) => trying(of.key, of.id)),
  fc.record({ key, id, unknown: fc.boolean() }).map((of) => failed(of.key, of.id, of.unknown)),
  fc.record({ key, id }).map((of) => sent(of.key, of.id)),
  fc.record({ key, id }).map((of) => dead(of.key, of.id)),
  fc.constant<ChatRecord>({ kind: 'revived', at: NOW }),
  fc.record({ request: id, done: fc.boolean() }).map(
    (of): ChatRecord => ({
      kind: 'taken',
      request: of.request,
      until: NOW + 1,
      answer: of.done ? { done: true, answer: 'yes' } : null,
    }),
  ),
  fc.record({ rollout: id, ended: fc.boolean() }).map(
    (of): ChatRecord => ({
      kind: 'told',
      told: { box: 'lxc12', rollout: of.rollout, startedAt: 1, ended: of.ended, state: 'running' },
    }),
  ),
);

/** What counts of a waiting item is what is sent and when; how often it was tried matters only for the pause. */
const seen = (state: ChatState) => ({
  waiting: [...state.waiting.values()].map(({ id: of, key: about, nextAt }) => ({ of, about, nextAt })),
  dead: [...state.dead.keys()].toSorted(),
  receipts: new Map(state.receipts),
  doubts: new Map(state.doubts),
  taken: new Map(state.taken),
  told: [...state.told],
});

test('a snapshot folds to the same', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), (records) => {
      const state = folded(...records);
      settleDeath(state);
      expect(seen(folded(...snapshotOf(state, NOW)))).toEqual(seen(state));
    }),
  );
});

test('cut anywhere, the file holds what was written whole before, and goes on from there', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), fc.nat(), (records, at) => {
      rmSync(file(), { force: true });
      const journal = openChatJournal(file(), () => NOW);
      const ends = records.map((one) => {
        journal.append(one);
        return statSync(file()).size;
      });
      journal.close();
      const begun = (ends[0] ?? 0) - JSON.stringify(records[0]).length - 1;
      const cut = begun + (at % (statSync(file()).size - begun + 1));
      truncateSync(file(), cut);
      // A line whose newline alone is missing is whole.
      const whole = records.filter((_, i) => (ends[i] ?? 0) - 1 <= cut);
      const expected = folded(...whole);
      settleDeath(expected);
      const again = openChatJournal(file(), () => NOW);
      expect(seen(again.state)).toEqual(seen(expected));
      again.append(put('a', 'after'));
      again.close();
      expect(readChat(file()).waiting.get('a')?.id).toBe('after');
    }),
    { numRuns: 60 },
  );
});

test('a torn line in front of others, as a full disk leaves it, takes no other line with it', () => {
  writeFileSync(file(), `${JSON.stringify(put('a', 'a1'))}\n`);
  appendFileSync(file(), '{"kind":"put","item":{"id":"b1","ke\n');
  appendFileSync(file(), `${JSON.stringify(put('c', 'c1'))}\n`);
  expect([...readChat(file()).waiting.keys()]).toEqual(['a', 'c']);
});

test('a file that grows is replaced by its snapshot and loses nothing', () => {
  const journal = openChatJournal(file());
  const big = 'x'.repeat(200_000);
  for (let i = 0; i < 60; i += 1) {
    journal.append({ kind: 'put', item: { id: String(i), key: 'big', target: 'slack', body: big, at: 1, expires: null } });
  }
  journal.append(put('small', 's1'));
  journal.close();
  expect(statSync(file()).size).toBeLessThan(4 * 1024 * 1024);
  expect([...readChat(file()).waiting.values()].map(({ id: of }) => of)).toEqual(['59', 's1']);
  expect(statSync(file()).mode & 0o077).toBe(0);
  expect(readFileSync(file(), 'utf8').endsWith('\n')).toBe(true);
});

test('a folder that can not be written is a fault that says so', () => {
  writeFileSync(join(folder, 'taken'), '');
  expect(() => openChatJournal(join(folder, 'taken', 'chat.journal'))).toThrow(/can not be (written|read)|EEXIST|ENOTDIR/);
});
