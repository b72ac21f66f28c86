/** The command line of `ps`. */
import { listProcesses } from '../embedded/list-processes';
import { EXIT } from './exit-codes';
import { printLines, printObject } from './io';
import type { Io } from './io';
import { psTable } from './ps-table';
import { newCommand, runCommand, wantsJson } from './run-command';

export async function psMain(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(argv, io, async () => {
    const command = newCommand('ps', io, wantsJson(argv))
      .description('Lists what was started here: the Temporal server, its Web UI, the worker, the sandbox boxes.')
      .option('--json', 'one JSON object a line')
      .allowExcessArguments(false);
    command.parse(argv, { from: 'user' });
    const { json = false } = command.opts<{ json?: boolean }>();
    const all = await listProcesses(io.env);
    if (json) for (const one of all) printObject(io, { kind: 'process', ...one });
    else printLines(io.stdout, psTable(all));
    return EXIT.done;
  });
}
