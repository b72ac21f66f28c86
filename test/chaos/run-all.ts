/** Many draws on a few lanes at once; each result is told as it comes. */
import { openLane } from './lane';
import type { Draw } from './draw-run';
import type { Lane } from './lane';
import type { RunResult } from './run-result';

export type Redraw = (attempt: number) => Draw;

export interface Many {
  readonly draws: readonly Redraw[];
  /** Installations side by side. */
  readonly lanes: number;
  readonly keepAll?: boolean;
  readonly tell: (result: RunResult) => void;
  readonly say: (line: string) => void;
  /** Runs in flight are given up, and all that they made is cleared away. */
  readonly interrupted: AbortSignal;
}

export async function runAll({ draws, lanes, keepAll = false, tell, say, interrupted }: Many): Promise<RunResult[]> {
  const left = [...draws];
  const results: RunResult[] = [];
  const work = async (lane: Lane) => {
    for (let next = left.shift(); next !== undefined && !interrupted.aborted; next = left.shift()) {
      const result = await lane.run(next);
      if (interrupted.aborted) return;
      results.push(result);
      tell(result);
    }
  };
  const opened = Array.from({ length: Math.min(lanes, draws.length) }, () => openLane({ say, keepAll }));
  const stop = new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await Promise.race([Promise.all(opened.map(work)), stop]);
  } finally {
    await Promise.all(opened.map((lane) => lane.close()));
  }
  return results;
}
