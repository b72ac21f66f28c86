/** `5 updated · 1 restored`: the counts that are not zero. */
import type { Counts, LockerEnd } from '../../domain/model/outcome';

const ENDS: readonly LockerEnd[] = ['updated', 'unchanged', 'restored', 'failed', 'skipped', 'unreachable'];

export function countWords(counts: Counts): string {
  const words = ENDS.filter((end) => counts[end] > 0).map((end) => `${counts[end]} ${end}`);
  return words.length === 0 ? 'none ended yet' : words.join(' · ');
}

export function endedCount(counts: Counts): number {
  return ENDS.reduce((sum, end) => sum + counts[end], 0);
}
