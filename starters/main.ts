/** From the process to a command and back: signals, the exit code, a reader of our output that went away. */
import type { Io, Main } from './io';
import { EXIT } from './exit-codes';

export function main(command: Main): void {
  const interrupt = new AbortController();
  let times = 0;
  process.on('SIGINT', () => {
    times += 1;
    interrupt.abort();
    // The command says good-bye by itself; whoever asks again does not want to wait for that.
    if (times > 1) process.exit(EXIT.detached);
  });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `| head` has seen enough.
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
  const io: Io = {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    interrupted: interrupt.signal,
  };
  command(process.argv.slice(2), io).then(exit, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    exit(EXIT.failed);
  });
}

/** Open connections would keep the process; but what was written to a pipe must be out first. */
function exit(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
