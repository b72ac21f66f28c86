/**
 * The last thing before a terminal: what lockers, git and people said stands in our lines, and none of it may move the
 * cursor, end a line or pass for another one of ours. Only the codes of paint.ts get through.
 */
import { PAINTED } from './colour-codes';

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function safeLine(line: string): string {
  // A pattern with a group: every second part is one of the codes.
  return line
    .split(PAINTED)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(CONTROL, ' ')))
    .join('');
}
