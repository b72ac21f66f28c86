/** `npm run bench -- --lockers 100 --max-down 10 --runs 1`: docs/performance.md says what its figures mean. */
import { Command, InvalidArgumentError } from 'commander';
import { measure } from './measure';
import { renderMeasured } from './render';

interface Options {
  readonly lockers: number;
  readonly maxDown: number;
  readonly runs: number;
  readonly json?: boolean;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('write a whole number from 1 on');
}

const progress = (line: string) => void process.stderr.write(`${line}\n`);

async function main(argv: readonly string[]): Promise<void> {
  const { json, ...wish } = new Command('bench')
    .description('Measures a rollout on a sandbox box of its own, beside the bare commands.')
    .option('--lockers <n>', 'lockers of the box', count, 100)
    .option('--max-down <n>', 'lockers not serving at once', count, 10)
    .option('--runs <n>', 'rollouts; the table shows medians', count, 1)
    .option('--json', 'one JSON object on stdout')
    .parse(argv, { from: 'user' })
    .opts<Options>();
  const stop = new AbortController();
  // The box is taken down before we leave: what is under way comes to its end, nothing new begins.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error(`ended by ${signal}`)));
  try {
    const measured = await measure({ ...wish, signal: stop.signal, progress });
    process.stdout.write(`${json ? JSON.stringify(measured) : renderMeasured(measured)}\n`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  }
}

void main(process.argv.slice(2));
