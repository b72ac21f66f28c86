/**
 * `npm run chaos -- --seeds N [--seed S] [--fault KIND] [--at BOUNDARY] [--parallel N] [--keep] [--json FILE]`
 *
 * Seeds S, S+1, … of faults at moments; `--at` strikes at one step boundary, `--at every` at each once;
 * `--keep` keeps journal and logs of every run, not only of those with violations.
 * Ends with 1 when anything was not as it must be.
 */
import { writeFile } from 'node:fs/promises';
import { readChaosArguments } from './chaos-arguments';
import { failureLines, resultLine, summaryTable } from './render-results';
import { runAll } from './run-all';
import type { RunResult } from './run-result';

async function main(argv: readonly string[]): Promise<number> {
  const { draws, lanes, keep, json } = readChaosArguments(argv);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const results = await runAll({ draws, lanes, keepAll: keep, tell, say: print, interrupted: interrupted.signal });
  if (json !== null) await writeFile(json, `${JSON.stringify(results, null, 1)}\n`);
  for (const line of ['', ...summaryTable(results)]) print(line);
  if (interrupted.signal.aborted) return 130;
  return results.length === draws.length && results.every(({ violations }) => violations.length === 0) ? 0 : 1;
}

const print = (line: string) => void process.stdout.write(`${line}\n`);

function tell(result: RunResult): void {
  for (const line of [resultLine(result), ...failureLines(result)]) print(line);
}

const leave = (code: number) => process.exit(code);
main(process.argv.slice(2)).then(leave, (error: unknown) => {
  console.error(error);
  leave(1);
});
