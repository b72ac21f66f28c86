/** Commands on the box's own files: their failure is the box's, not the release's. */
import { Fault } from '../../domain/faults';
import { evidenceOf, run } from '../run';
import type { Ran } from '../run';

/** Local file work of one code tree; a disk that needs longer is sick. */
export const FILES_MS = 120_000;

/** The second is all that tar says where a file fits in part. */
const FULL = /No space left on device|Wrote only \d+ of \d+ bytes|Disk quota exceeded/i;

export async function onFiles(argv: readonly string[]): Promise<string> {
  // What FULL looks for is said in English only so.
  const ran = await run(argv, { timeoutMs: FILES_MS, env: { ...process.env, LC_ALL: 'C' } });
  if (ran.code !== 0) throw filesFault(argv[0] ?? '', ran);
  return ran.stdout;
}

export const isFull = (ran: Ran): boolean => FULL.test(ran.stderr);

export function filesFault(what: string, ran: Ran): Fault {
  return new Fault(isFull(ran) ? 'DiskFull' : 'CommandFailed', `${what} failed on the box.`, {
    evidence: evidenceOf(ran),
  });
}
