/** The words of `npm run bench --` and `npm run bench:300 --`. */
import { Command, InvalidArgumentError, Option } from 'commander';

export interface BenchOptions {
  readonly lockers: number;
  readonly maxDown: number;
  readonly runs: number;
  readonly json?: boolean;
}

export interface WholeBoxOptions {
  readonly lockers: number;
  readonly maxDown?: number;
  readonly runs: number;
  readonly startCpu: number;
  readonly delay: number;
  readonly only?: 'start-up' | 'rollouts';
  readonly json?: string;
  readonly quick: boolean;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('write a whole number from 1 on');
}

export const benchCommand = (): Command =>
  new Command('bench')
    .description('Measures a rollout on a sandbox box of its own, beside the bare commands.')
    .option('--lockers <n>', 'lockers of the box', count, 100)
    .option('--max-down <n>', 'lockers not serving at once', count, 10)
    .option('--runs <n>', 'rollouts; the table shows medians', count, 1)
    .option('--json', 'one JSON object on stdout');

export const wholeBoxCommand = (): Command =>
  new Command('bench:300')
    .description('Measures the start-up of a whole sandbox box and rollouts over it, beside the bare commands.')
    .option('--lockers <n>', 'lockers of the box', count, 300)
    .option('--max-down <n>', 'lockers not serving at once in a rollout (a tenth of them)', count)
    .option('--runs <n>', 'of each; the tables show medians', count, 5)
    .option('--start-cpu <ms>', 'CPU milliseconds that a start costs, in the start-up part', count, 400)
    .option('--delay <ms>', 'between starts one by one', count, 1_000)
    .addOption(new Option('--only <part>', 'one part of it').choices(['start-up', 'rollouts']))
    .option('--json <file>', 'all figures of all runs, too')
    .option('--quick', 'six lockers, one run, cheap starts: that it works', false);
