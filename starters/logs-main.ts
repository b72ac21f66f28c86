/** The command line of `logs`. */
import { Argument, InvalidArgumentError } from 'commander';
import { LOG_NAMES, logFiles } from '../embedded/log-files';
import type { LogName } from '../embedded/log-files';
import { EXIT } from './exit-codes';
import type { Io } from './io';
import { followLogs, printTails } from './logs-tail';
import { newCommand, runCommand, wantsJson } from './run-command';

const LINES = 40;

export async function logsMain(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(argv, io, async () => {
    const command = newCommand('logs', io, wantsJson(argv))
      .description('Shows the last lines of what the server, the worker and the sandbox said.')
      .addArgument(new Argument('[of]', 'whose (default: all)').choices(LOG_NAMES))
      .option('-f, --follow', 'go on with what comes, until Ctrl-C')
      .option('-n, --lines <n>', 'how many of each', countOf, LINES)
      .allowExcessArguments(false);
    command.parse(argv, { from: 'user' });
    const only = (command.args[0] as LogName | undefined) ?? null;
    const { follow = false, lines } = command.opts<{ follow?: boolean; lines: number }>();
    const find = () => logFiles(io.env, only);
    const seen = await printTails(io, await find(), { lines, named: only === null || only === 'sandbox' });
    if (seen.size === 0) io.stderr.write(`There is no log${only === null ? '' : ` of the ${only}`} yet.\n`);
    if (!follow) return EXIT.done;
    await followLogs(io, { find, seen, named: only === null || only === 'sandbox' });
    return EXIT.detached;
  });
}

function countOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0 to 999999.');
  return Number(text);
}
