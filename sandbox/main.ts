/** `npm run sandbox -- up | down | status | commit | break | shell`. */
import { CommanderError } from 'commander';
import { Fault } from '../domain/faults';
import { sandboxCommands } from './sandbox-commands';

const EXIT = { done: 0, failed: 1, usage: 2 } as const;

async function main(argv: readonly string[]): Promise<void> {
  const io = {
    env: process.env,
    print: (line: string) => void process.stdout.write(`${line}\n`),
    progress: (line: string) => void process.stderr.write(`${line}\n`),
  };
  const program = sandboxCommands(io, (code) => {
    process.exitCode = code;
  });
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  // Commander has said it already; --help is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (!(error instanceof Fault)) throw error;
  const evidence = error.evidence.map((line) => `    ${line}`);
  process.stderr.write(`${[`error: ${error.sentence}`, ...evidence, `→ ${error.cure}`].join('\n')}\n`);
  return error.code === 'UnknownBox' || error.code === 'UnknownLocker' ? EXIT.usage : EXIT.failed;
}

void main(process.argv.slice(2));
