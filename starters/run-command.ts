/** Parses the words of one command and runs it: every way to fail becomes one message and one exit code. */
import { Command, CommanderError } from 'commander';
import { Fault } from '../domain/faults';
import { EXIT, exitOfFault } from './exit-codes';
import { printLines, printObject } from './io';
import type { Io } from './io';
import { faultLines } from './render/fault-lines';
import { paintFor } from './render/paint';

/** A command whose output goes where `io` says and which throws where commander would exit. */
export function newCommand(name: string, io: Io, quiet: boolean): Command {
  const command = new Command(name)
    .exitOverride()
    .showHelpAfterError('→ --help shows the flags.')
    .helpOption('-h, --help', 'show this help');
  return command.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void (quiet ? undefined : io.stderr.write(text)),
  });
}

export const wantsJson = (argv: readonly string[]): boolean => argv.includes('--json');

export async function runCommand(argv: readonly string[], io: Io, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CommanderError) return commanderExit(error, argv, io);
    if (!(error instanceof Fault)) throw error;
    if (wantsJson(argv)) printObject(io, { kind: 'error', ...error.details });
    else printLines(io.stderr, faultLines(error, paintFor(io.stderr, io.env)));
    return exitOfFault(error.code);
  }
}

/** commander has told the person already; with --json it was kept quiet. */
function commanderExit(error: CommanderError, argv: readonly string[], io: Io): number {
  if (error.exitCode === 0) return EXIT.done;
  if (wantsJson(argv)) {
    printObject(io, { kind: 'error', code: 'Usage', sentence: sentenceOf(error), cure: 'See --help.', evidence: [] });
  }
  return EXIT.usage;
}

/** commander says "error: unknown option '--x'", sometimes with a guess on a second line. */
function sentenceOf({ message }: CommanderError): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!)]$/.test(text) ? '' : '.'}`;
}
