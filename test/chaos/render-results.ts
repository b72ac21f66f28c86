/** A line for each run, and a table of all of them: per fault the runs, the ends, how soon it went on. Pure. */
import type { RunResult } from './run-result';

const timesOf = (recovery: number | null) => (recovery === null ? '-' : `${recovery.toFixed(2)}×`);

export function resultLine(result: RunResult): string {
  const { seed, fault, what, moment, phase, end, resumes, seconds, recovery, violations, misses } = result;
  const parts = [
    `seed ${seed}`.padEnd(9),
    fault.padEnd(26),
    moment.padEnd(20),
    phase.padEnd(10),
    `${end}${resumes > 0 ? ` after ${resumes} resumes` : ''}`.padEnd(12),
    `${seconds.toFixed(1)} s`.padStart(8),
    timesOf(recovery).padStart(7),
    violations.length === 0 ? ' ok' : ` ${violations.length} VIOLATIONS`,
    ` ${what}`,
    misses > 0 ? ` (draw ${misses + 1}: ${misses} missed the rollout)` : '',
  ];
  return parts.join(' ').trimEnd();
}

/** Below the line of a run that is not as it must be. */
export function failureLines({ replay, violations, told, kept }: RunResult): string[] {
  if (violations.length === 0) return kept === null ? [] : [`    kept: ${kept}`];
  return [
    ...violations.map((violation) => `    violation: ${violation}`),
    ...told.map((line) => `    told: ${line}`),
    `    replay: npm run chaos -- ${replay}`,
    ...(kept === null ? [] : [`    kept: ${kept}`]),
  ];
}

export function summaryTable(results: readonly RunResult[]): string[] {
  const faults = [...new Set(results.map(({ fault }) => fault))].toSorted();
  const rows = faults.map((fault) =>
    rowOf(
      fault,
      results.filter((one) => one.fault === fault),
    ),
  );
  return [
    '| fault | runs | ends | resumes | recovery p50 | recovery max | violations |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    rowOf('**all**', results),
  ];
}

function rowOf(name: string, results: readonly RunResult[]): string {
  const ends = [...new Set(results.map(({ end }) => end))].toSorted();
  const counted = ends.map((end) => `${end} ${results.filter((one) => one.end === end).length}`);
  const times = results.flatMap(({ recovery }) => (recovery === null ? [] : [recovery])).toSorted((a, b) => a - b);
  const sum = (of: (result: RunResult) => number) => String(results.reduce((total, one) => total + of(one), 0));
  const cells = [
    name,
    String(results.length),
    counted.join(', '),
    sum(({ resumes }) => resumes),
    timesOf(times[Math.floor((times.length - 1) / 2)] ?? null),
    timesOf(times.at(-1) ?? null),
    sum(({ violations }) => violations.length),
  ];
  return `| ${cells.join(' | ')} |`;
}
