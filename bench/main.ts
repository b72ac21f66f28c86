/** `npm run bench -- --lockers 100 --max-down 10 --runs 1`: docs/performance.md says what its figures mean. */
import { benchCommand } from './bench-command';
import type { BenchOptions } from './bench-command';
import { measure } from './measure';
import { renderMeasured } from './render';

const progress = (line: string) => void process.stderr.write(`${line}\n`);

async function main(argv: readonly string[]): Promise<void> {
  const { json, ...wish } = benchCommand().parse(argv, { from: 'user' }).opts<BenchOptions>();
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
