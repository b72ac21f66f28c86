/**
 * The journal behind the state: JSON lines, appended and fsynced before anybody relies on them. A death in mid-write
 * leaves a prefix of the last line, which is ignored. It is replaced in one step by its snapshot at each start and when
 * it has grown. One process at a time writes it: a lock file by pid says so.
 */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../../domain/faults';
import { ChatRecord, emptyState, foldChat, settleDeath, snapshotOf } from './chat-state';
import type { ChatState } from './chat-state';

export interface ChatJournal {
  /** As of now; not to be changed from outside. */
  readonly state: ChatState;
  /** On the disk when it returns. */
  append(...records: readonly ChatRecord[]): void;
  close(): void;
}

/** A rollout of 300 lockers makes some hundred kilobytes of states. */
const REPLACE_AT_BYTES = 4 * 1024 * 1024;

/** Reads only: for who looks while another process writes. */
export function readChat(file: string): ChatState {
  const state = emptyState();
  for (const record of recordsIn(textOf(file))) foldChat(state, record);
  return state;
}

export function openChatJournal(file: string, now: () => number = Date.now): ChatJournal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const state = readChat(file);
  settleDeath(state);
  let open = replaceBy(file, snapshotOf(state, now()));
  return {
    state,
    append(...records) {
      const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
      writeWhole(file, open, text);
      for (const record of records) foldChat(state, record);
      if (statSync(file).size < REPLACE_AT_BYTES) return;
      closeSync(open);
      open = replaceBy(file, snapshotOf(state, now()));
    },
    close: () => closeSync(open),
  };
}

/** A full disk leaves no half line for the next record to be glued to. */
function writeWhole(file: string, open: number, text: string): void {
  const before = statSync(file).size;
  try {
    writeAll(open, text);
    fsyncSync(open);
  } catch (error) {
    ftruncateSync(open, before);
    throw new Fault('ChatStateUnusable', `${file} can not be written, and without it a message could be lost.`, {
      evidence: [(error as Error).message],
    });
  }
}

function writeAll(open: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(open, bytes, at);
}

function replaceBy(file: string, records: readonly ChatRecord[]): number {
  const fresh = `${file}.tmp`;
  try {
    const open = openSync(fresh, 'w', 0o600);
    writeAll(open, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    fsyncSync(open);
    closeSync(open);
    renameSync(fresh, file);
    syncFolder(dirname(file));
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw new Fault('ChatStateUnusable', `${file} can not be written, and without it a message could be lost.`, {
      evidence: [(error as Error).message],
    });
  }
}

function syncFolder(folder: string): void {
  const open = openSync(folder, 'r');
  fsyncSync(open);
  closeSync(open);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new Fault('ChatStateUnusable', `${file} can not be read.`, { evidence: [(error as Error).message] });
  }
}

/** What does not parse was cut off by a death: only the last line can be so, and what it said was relied on by nobody. */
export function recordsIn(text: string): ChatRecord[] {
  return text.split('\n').flatMap((line) => {
    const parsed = ChatRecord.safeParse(jsonOf(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
