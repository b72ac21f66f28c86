/** The rollouts of a box, one a line, newest first. */
import { formatDuration } from '../../domain/model/format-duration';
import type { PastRollout } from '../operations/history';
import { countWords } from './count-words';

export function historyLines(box: string, past: readonly PastRollout[]): string[] {
  if (past.length === 0) return [`${box}: no rollout yet`];
  const rows = past.map(columnsOf);
  const widths = rows.reduce((all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)), [] as number[]);
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function columnsOf({ startedAt, endedAt, state, by, finished }: PastRollout): string[] {
  const took = endedAt === null ? '' : formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  const counts = finished === null ? '' : countWords(finished.counts);
  return [`${startedAt.slice(0, 19)}Z`, took, state.replaceAll('-', ' '), finished?.release?.label ?? '', counts, by ?? ''];
}
