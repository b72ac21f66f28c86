/** Redraws a block of lines in place: one write per drawing, no clearing of the screen, so that nothing flickers. */
import type { Out } from '../io';
import { safeLine } from './safe-line';

const UP = (lines: number) => (lines === 0 ? '' : `\u001b[${lines}A`);
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

export interface LiveBlock {
  draw(lines: readonly string[]): void;
  /** Leaves the last drawing on the screen. */
  close(): void;
}

export function liveBlock(out: Out): LiveBlock {
  let drawn = 0;
  let open = false;
  return {
    draw(lines) {
      // A block higher than the screen can't be gone back over: its head is what counts.
      const fitting = lines.slice(0, Math.max(1, (out.rows ?? 24) - 1));
      const text = fitting.map((line) => `${safeLine(line)}${CLEAR_LINE_END}\n`).join('');
      out.write(`${open ? '' : HIDE_CURSOR}${UP(drawn)}\r${text}${CLEAR_BELOW}`);
      drawn = fitting.length;
      open = true;
    },
    close() {
      if (open) out.write(SHOW_CURSOR);
      open = false;
      drawn = 0;
    },
  };
}
