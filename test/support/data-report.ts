/** Reads a locker's data file as its owner would: is every line whole, and is nothing missing? */
import { createHash } from 'node:crypto';

export interface DataReport {
  /** null: every line follows the one before it. */
  readonly broken: string | null;
  readonly accepted: number;
  readonly done: number;
  /** Accepted, and its locker was ended before it was done. */
  readonly lost: number;
  readonly builds: readonly string[];
}

interface Entry {
  readonly seq: number;
  readonly build: string;
  readonly kind: 'accepted' | 'done' | 'lost';
}

const sumOf = (before: string, body: string) => createHash('sha256').update(`${before} ${body}`).digest('hex').slice(0, 16);

export function dataReport(text: string): DataReport {
  const lines = text.split('\n');
  // A locker that runs may be in the middle of a line only if the machine died under it.
  const torn = lines.pop() !== '' ? 'the last line is torn' : null;
  let sum = '';
  const entries: Entry[] = [];
  for (const [index, line] of lines.entries()) {
    const [claimed = '', ...rest] = line.split(' ');
    const body = rest.join(' ');
    sum = sumOf(sum, body);
    if (claimed !== sum) return { ...summary(entries), broken: `line ${index + 1} does not follow the one before it` };
    entries.push(JSON.parse(body) as Entry);
    if (entries.at(-1)?.seq !== index + 1) return { ...summary(entries), broken: `line ${index + 1} has another number` };
  }
  return { ...summary(entries), broken: torn };
}

function summary(entries: readonly Entry[]): Omit<DataReport, 'broken'> {
  const count = (kind: Entry['kind']) => entries.filter((entry) => entry.kind === kind).length;
  return {
    accepted: count('accepted'),
    done: count('done'),
    lost: count('lost'),
    builds: [...new Set(entries.map(({ build }) => build))],
  };
}
