/** A locker's data file at one moment: enough to tell later whether anything of it was lost or changed. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataReport } from '../../support/data-report';
import type { DataReport } from '../../support/data-report';
import type { Sandbox } from '../../support/sandbox';

export interface DataPicture {
  readonly bytes: number;
  readonly report: DataReport;
  /** When items were noted as lost. */
  readonly lostAt: readonly number[];
  /** What an earlier picture had is still the beginning of the file. */
  readonly continues: boolean;
}

/** Of a beginning of the file, to be compared with the same beginning later. */
export interface DataMark {
  readonly bytes: number;
  readonly hash: string;
}

export async function takeDataPicture(
  sandbox: Sandbox,
  locker: string,
  mark: DataMark | null,
): Promise<{ picture: DataPicture; mark: DataMark }> {
  const content = await readFile(join(sandbox.boxLayout.me(locker), 'data')).catch(() => Buffer.alloc(0));
  const text = content.toString('utf8');
  const picture = {
    bytes: content.length,
    report: dataReport(text),
    lostAt: lostAt(text),
    continues: mark === null || hashOf(content.subarray(0, mark.bytes)) === mark.hash,
  };
  return { picture, mark: { bytes: content.length, hash: hashOf(content) } };
}

const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

const lostAt = (text: string): number[] =>
  text
    .split('\n')
    .filter((line) => line.includes('"kind":"lost"'))
    .map((line) => Date.parse((JSON.parse(line.slice(line.indexOf(' ') + 1)) as { at: string }).at));
