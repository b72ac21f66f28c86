/**
 * The only record of a box's state (docs/decisions/0001-one-journal.md). `append` returns when the
 * records are on the disk. State counts from the moment of the append, so that two requests never
 * decide on the same past; effects wait for the append.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '../../domain/faults';
import { compact } from './compact';
import { openDurable } from './durable-file';
import { makeFolder } from './fold';
import type { Folder } from './fold';
import { parseJournal } from './parse-journal';
import type { JournalRecord, NewRecord } from './records';
import type { BoxState } from './state';

export interface Journal {
  state(): BoxState;
  /**
   * Durable on return. A death in mid-write may leave a prefix of the records: order them so that
   * each prefix is safe, the announcement of an effect last.
   */
  append(...records: readonly NewRecord[]): Promise<void>;
  /** Before anything goes down: refuses (DiskFull) unless the way up has its space set aside. */
  assertRoom(): void;
  close(): void;
}

export interface JournalOptions {
  readonly file: string;
  readonly box: string;
  readonly now: () => number;
  /** It is compacted beyond this, and then at twice what that left. */
  readonly compactBytes?: number;
}

/** The way up of 300 lockers writes less than this. */
const RESERVE_BYTES = 2 * 1024 * 1024;

/** Some rollouts of 300 lockers; the start of lockerd reads it in a fraction of a second. */
const COMPACT_BYTES = 8 * 1024 * 1024;

export function openJournal({ file, box, now, compactBytes = COMPACT_BYTES }: JournalOptions): Journal {
  const reserve = join(dirname(file), 'reserve');
  const stamp = (record: NewRecord): JournalRecord => ({ at: new Date(now()).toISOString(), ...record });
  createOnce(file, stamp({ kind: 'journal', format: 1, box }));
  const opened = load(file);
  let { folder } = opened;
  const onFailure = () => {
    ({ folder } = load(file));
  };
  const durable = openDurable({ file, length: opened.bytes, reserve, onFailure });
  let compactAt = compactBytes;
  /** State counts from the append on, so this says what those who wait say. */
  const compacted = (): Buffer => {
    const records = [{ kind: 'journal', format: 1, box } as const, { kind: 'snapshot', state: compact(folder.state) } as const];
    const stamped = records.map(stamp);
    folder = folded(stamped);
    const bytes = Buffer.from(stamped.map(lineOf).join(''));
    compactAt = Math.max(compactBytes, 2 * bytes.length);
    return bytes;
  };
  return {
    state: () => folder.state,
    append: async (...records) => {
      const stamped = records.map(stamp);
      for (const record of stamped) folder.add(record);
      if (durable.length() > compactAt) durable.replace(compacted);
      await durable.append(Buffer.from(stamped.map(lineOf).join(''))).catch((error: unknown) => {
        throw unwritten(file, error);
      });
    },
    assertRoom: () => setAside(reserve),
    close: () => durable.close(),
  };
}

const lineOf = (record: JournalRecord): string => `${JSON.stringify(record)}\n`;

function createOnce(file: string, first: JournalRecord): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const handle = openSync(file, 'a', 0o600);
  if (statSync(file).size === 0) {
    writeSync(handle, lineOf(first));
    fsyncSync(handle);
  }
  closeSync(handle);
}

function load(file: string): { folder: Folder; bytes: number } {
  const { records, bytes } = parseJournal(readFileSync(file), file);
  return { folder: folded(records), bytes };
}

function folded(records: readonly JournalRecord[]): Folder {
  const folder = makeFolder();
  for (const record of records) folder.add(record);
  return folder;
}

function setAside(reserve: string): void {
  if (statSync(reserve, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return;
  try {
    // Bytes that are not zero: some filesystems store none for zeroes.
    writeFileSync(reserve, Buffer.alloc(RESERVE_BYTES, 0x2e), { mode: 0o600 });
  } catch (error) {
    rmSync(reserve, { force: true });
    throw new Fault('DiskFull', `No room to set aside for the journal beside ${reserve}.`, { evidence: [String(error)] });
  }
}

function unwritten(file: string, error: unknown): Fault {
  const code = (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'DiskFull' : 'CommandFailed';
  return new Fault(code, `The journal ${file} can not be written.`, { evidence: [String(error)] });
}
