/** The end of a log and what is added to it. Logs grow without end: never is a whole one read. */
import { open, stat } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;

export interface LogPart {
  readonly lines: readonly string[];
  /** Where the next look begins, in bytes: behind the last whole line. */
  readonly next: number;
}

/** The last whole lines; a file that is not there has none. */
export async function lastLines(file: string, count: number): Promise<LogPart> {
  const size = await sizeOf(file);
  let text = Buffer.alloc(0);
  let from = size;
  // One more line feed than lines, to be sure that the first one is whole.
  while (from > 0 && text.filter((byte) => byte === 10).length <= count) {
    from = Math.max(0, from - CHUNK_BYTES);
    text = await bytesOf(file, from, size);
  }
  const { lines, next } = wholeLines(text, from);
  return { lines: count === 0 ? [] : lines.slice(-count), next };
}

/** What came since; a file that is shorter than it was began anew. */
export async function linesSince(file: string, from: number): Promise<LogPart> {
  const size = await sizeOf(file);
  const begin = size < from ? 0 : from;
  return size === begin ? { lines: [], next: begin } : wholeLines(await bytesOf(file, begin, size), begin);
}

function wholeLines(text: Buffer, from: number): LogPart {
  const end = text.lastIndexOf(10) + 1;
  const lines = text.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  return { lines, next: from + end };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function bytesOf(path: string, from: number, to: number): Promise<Buffer<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(to - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
