/** The command line of `down`. */
import { endEnvironment } from '../embedded/end-environment';
import type { EndedEnvironment } from '../embedded/end-environment';
import { EXIT } from './exit-codes';
import { printLines, printObject } from './io';
import type { Io } from './io';
import { newCommand, runCommand, wantsJson } from './run-command';

export async function downMain(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(argv, io, async () => {
    const command = newCommand('down', io, wantsJson(argv))
      .description('Ends the embedded worker and Temporal server, and the sandbox; exactly what was started here.')
      .option('--keep-sandbox', 'leave the sandbox up')
      .option('--json', 'one JSON object on stdout')
      .allowExcessArguments(false);
    command.parse(argv, { from: 'user' });
    const { keepSandbox = false, json = false } = command.opts<{ keepSandbox?: boolean; json?: boolean }>();
    const progress = (line: string) => void io.stderr.write(`${line}\n`);
    const ended = await endEnvironment({ env: io.env, progress, sandbox: !keepSandbox });
    if (json) printObject(io, { kind: 'down', ...ended });
    else printLines(io.stdout, endedLines(ended));
    return ended.processes.some(({ how }) => how === 'still-there') ? EXIT.failed : EXIT.done;
  });
}

function endedLines({ processes, sandboxes }: EndedEnvironment): string[] {
  const lines = [
    ...processes.map(({ name, pid, how }) => `${name} (process ${pid}): ${how.replaceAll('-', ' ')}`),
    ...sandboxes.map((dir) => `sandbox in ${dir}: ended`),
  ];
  return lines.length === 0 ? ['Nothing was running.'] : lines;
}
