/** Prints the end of logs and follows them by looking: a log may not be there yet, or begin anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFile } from '../embedded/log-files';
import { lastLines, linesSince } from '../embedded/read-log';
import type { Io } from './io';
import { printLines } from './io';

const LOOK_EVERY_MS = 250;

/** File → the byte from which nothing was shown yet. */
type Seen = Map<string, number>;

export async function printTails(
  io: Io,
  files: readonly LogFile[],
  { lines, named }: { lines: number; named: boolean },
): Promise<Seen> {
  const seen: Seen = new Map();
  for (const log of files) {
    const part = await lastLines(log.file, lines);
    seen.set(log.file, part.next);
    show(io, { log, lines: part.lines, named });
  }
  return seen;
}

export interface Following {
  /** Asked again each time: what is started later is followed too. */
  readonly find: () => Promise<readonly LogFile[]>;
  readonly seen: Seen;
  readonly named: boolean;
}

/** Until Ctrl-C. */
export async function followLogs(io: Io, { find, seen, named }: Following): Promise<void> {
  while (!io.interrupted.aborted) {
    for (const log of await find()) {
      const part = await linesSince(log.file, seen.get(log.file) ?? 0);
      seen.set(log.file, part.next);
      show(io, { log, lines: part.lines, named });
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: io.interrupted }).catch(() => {});
  }
}

function show(io: Io, { log, lines, named }: { log: LogFile; lines: readonly string[]; named: boolean }): void {
  printLines(io.stdout, named ? lines.map((line) => `${log.name} | ${line}`) : lines);
}
