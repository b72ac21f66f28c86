/** The bytes of a journal → its records. A torn last line was never acknowledged to anybody: it is left out. */
import { Fault } from '../../domain/faults';
import { JournalRecord } from './records';

export interface ParsedJournal {
  readonly records: readonly JournalRecord[];
  /** Up to here the file is whole. */
  readonly bytes: number;
}

export function parseJournal(content: Buffer, file: string): ParsedJournal {
  const bytes = content.lastIndexOf(0x0a) + 1;
  const lines = content.subarray(0, bytes).toString('utf8').split('\n').slice(0, -1);
  const records: JournalRecord[] = [];
  for (const [index, line] of lines.entries()) {
    const record = recordOf(line);
    if (record) records.push(record);
    // After a power cut the last line may have its length and not its bytes.
    else if (index === lines.length - 1) return { records, bytes: bytes - Buffer.byteLength(line) - 1 };
    else throw broken(file, index + 1, line);
  }
  return { records, bytes };
}

function recordOf(line: string): JournalRecord | null {
  try {
    return JournalRecord.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function broken(file: string, number: number, line: string): Fault {
  return new Fault('CommandFailed', `Line ${number} of ${file} is not a record of this version.`, {
    evidence: [line.slice(0, 300)],
    cure: 'Keep a copy, find out who wrote it, then remove the line. lockerd starts nothing on half a journal.',
  });
}
