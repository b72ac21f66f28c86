/** JSON lines out of byte chunks, never holding more than one line's limit. Pure but for its own buffer. */
import { MAX_LINE_BYTES } from '../../../domain/protocol/frames';

export interface LineReader {
  push(chunk: Buffer): void;
}

/** `onTooLong` is called once; nothing is read after it. */
export function makeLineReader(
  onLine: (line: string) => void,
  onTooLong: () => void,
  limit: number = MAX_LINE_BYTES,
): LineReader {
  let parts: Buffer[] = [];
  let held = 0;
  let closed = false;
  const take = (piece: Buffer) => {
    if (closed) return;
    held += piece.length;
    parts.push(piece);
    if (held > limit) {
      closed = true;
      parts = [];
      onTooLong();
    }
  };
  return {
    push: (chunk) => {
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
        take(chunk.subarray(from, end));
        if (closed) return;
        const line = Buffer.concat(parts).toString('utf8');
        parts = [];
        held = 0;
        from = end + 1;
        if (line.trim() !== '') onLine(line);
      }
      if (from < chunk.length) take(chunk.subarray(from));
    },
  };
}

/** The value of a line, or undefined where it is no JSON. */
export function parseJsonLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
