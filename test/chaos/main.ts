/**
 * `npm run chaos -- --seeds N [--seed S] [--fault KIND] [--at BOUNDARY] [--parallel N] [--keep] [--json FILE]`
 *
 * Seeds S, S+1, … of faults at moments; `--at` strikes at one step boundary, `--at every` at each once;
 * `--keep` keeps journal and logs of every run, not only of those with violations.
 * Ends with 1 when anything was not as it must be.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { BOUNDARIES } from './boundaries';
import type { FaultKind } from './contract';
import { drawAt, drawEveryBoundary, drawRun } from './draw-run';
import { ALL_FAULTS } from './faults/all-faults';
import { failureLines, resultLine, summaryTable } from './render-results';
import { runAll } from './run-all';
import type { Redraw } from './run-all';
import type { RunResult } from './run-result';

const OPTIONS = {
  seeds: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  fault: { type: 'string' },
  at: { type: 'string' },
  parallel: { type: 'string', default: '1' },
  keep: { type: 'boolean', default: false },
  json: { type: 'string' },
} as const;

async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options: OPTIONS });
  const draws = drawsOf(values);
  const lanes = wholeNumber(values.parallel);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const results = await runAll({ draws, lanes, keepAll: values.keep, tell, say: print, interrupted: interrupted.signal });
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 1)}\n`);
  for (const line of ['', ...summaryTable(results)]) print(line);
  if (interrupted.signal.aborted) return 130;
  return results.length === draws.length && results.every(({ violations }) => violations.length === 0) ? 0 : 1;
}

interface Wanted {
  readonly seed: string;
  readonly seeds: string;
  readonly fault?: string | undefined;
  readonly at?: string | undefined;
}

function drawsOf({ seed, seeds, fault, at }: Wanted): Redraw[] {
  const faults = faultsNamed(fault);
  const first = wholeNumber(seed);
  if (at === 'every') return drawEveryBoundary(faults).map((draw) => () => draw);
  const numbers = Array.from({ length: wholeNumber(seeds) }, (_, index) => first + index);
  if (at === undefined) return numbers.map((number) => (attempt) => drawRun(number, faults, attempt));
  const boundary = BOUNDARIES.find(({ name }) => name === at);
  if (!boundary) throw new Error(`no boundary ${at}; there are: ${BOUNDARIES.map(({ name }) => name).join(', ')}`);
  return numbers.map((number) => () => drawAt(boundary, number, drawRun(number, faults, 0).fault));
}

const print = (line: string) => void process.stdout.write(`${line}\n`);

function tell(result: RunResult): void {
  for (const line of [resultLine(result), ...failureLines(result)]) print(line);
}

function faultsNamed(name: string | undefined): readonly FaultKind[] {
  if (name === undefined) return ALL_FAULTS;
  const found = ALL_FAULTS.filter((fault) => fault.name === name);
  if (found.length === 0) throw new Error(`no fault ${name}; there are: ${ALL_FAULTS.map((fault) => fault.name).join(', ')}`);
  return found;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${JSON.stringify(text)} is not a whole number from 1`);
  return number;
}

const leave = (code: number) => process.exit(code);
main(process.argv.slice(2)).then(leave, (error: unknown) => {
  console.error(error);
  leave(1);
});
