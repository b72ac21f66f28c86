/** The share of the harness that CI runs: each step boundary once, and some seeds of all faults. */
import { lockerdKilled } from './faults/lockerd-killed';
import { workerKilled } from './faults/worker-killed';
import { ALL_FAULTS } from './faults/all-faults';
import { BOUNDARIES } from './boundaries';
import { drawEveryBoundary, drawRun } from './draw-run';
import { failureLines, resultLine } from './render-results';
import { runAll } from './run-all';
import type { Redraw } from './run-all';

const SEEDS = 8;
/** Installations side by side: a run waits more than it works. */
const LANES = 2;

jest.setTimeout(20 * 60_000);

const interrupted = new AbortController();
let running: Promise<unknown> = Promise.resolve();
/** Where a test ran out of its time: its installations are taken away before anybody leaves. */
afterAll(async () => {
  interrupted.abort();
  await running;
});

async function failuresOf(draws: readonly Redraw[]): Promise<string[]> {
  const all = runAll({ draws, lanes: LANES, tell: () => {}, say: () => {}, interrupted: interrupted.signal });
  running = all.catch(() => {});
  const results = await all;
  expect(results).toHaveLength(draws.length);
  return results.flatMap((result) => (result.violations.length > 0 ? [resultLine(result), ...failureLines(result)] : []));
}

test('a worker or a lockerd that dies at any step boundary costs no locker anything', async () => {
  const draws = drawEveryBoundary([workerKilled, lockerdKilled]).map((draw) => () => draw);
  expect(draws).toHaveLength(BOUNDARIES.length);
  expect(await failuresOf(draws)).toEqual([]);
});

test(`${SEEDS} seeds of faults and moments end as the table of ends allows`, async () => {
  const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
  expect(await failuresOf(seeds.map((seed) => (attempt) => drawRun(seed, ALL_FAULTS, attempt)))).toEqual([]);
});
