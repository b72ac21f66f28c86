/** JSON lines out of byte chunks, holding at most one line's limit. */
import { MAX_LINE_BYTES } from '../../domain/protocol/frames';

export function lineReader(onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  let held: Buffer[] = [];
  let size = 0;
  let over = false;
  const keep = (piece: Buffer) => {
    size += piece.length;
    held.push(piece);
    if (size <= MAX_LINE_BYTES) return;
    over = true;
    held = [];
    onTooLong();
  };
  const take = (piece: Buffer) => {
    keep(piece);
    const line = Buffer.concat(held).toString('utf8');
    held = [];
    size = 0;
    if (!over && line.trim() !== '') onLine(line);
  };
  return (chunk) => {
    let from = 0;
    for (;;) {
      if (over) return;
      const end = chunk.indexOf(0x0a, from);
      if (end < 0) return keep(chunk.subarray(from));
      take(chunk.subarray(from, end));
      from = end + 1;
    }
  };
}
