/** `state/history`: appended to, never rewritten. A line that can't be written is no reason to fail a rollout. */
import { appendFile, readFile } from 'node:fs/promises';
import { HistoryRecord } from '../../domain/model/history';
import type { BoxContext } from '../context';

export async function addHistory(box: BoxContext, record: Omit<HistoryRecord, 'format' | 'at'>): Promise<void> {
  const line: HistoryRecord = { format: 1, at: new Date(box.now()).toISOString(), ...record };
  await appendFile(box.paths.history, `${JSON.stringify(line)}\n`, { mode: 0o600 }).catch((error: unknown) =>
    box.log(`history not written: ${String(error)}`),
  );
}

/** Newest last. */
export async function readHistory(box: BoxContext, limit: number): Promise<HistoryRecord[]> {
  const text = await readFile(box.paths.history, 'utf8').catch(() => '');
  return text.split('\n').flatMap(parseLine).slice(-limit);
}

function parseLine(line: string): HistoryRecord[] {
  try {
    return [HistoryRecord.parse(JSON.parse(line))];
  } catch {
    // Torn, or written by a later version: the others are still worth showing.
    return [];
  }
}
