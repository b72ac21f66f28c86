/** The command line of the set-up: the server and the namespace are those of the TEMPORAL_* variables or the profile. */
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { Fault } from '../domain/faults';
import { temporalConfig } from '../embedded/temporal-config';
import { EXIT } from '../starters/exit-codes';
import { printLines } from '../starters/io';
import type { Io } from '../starters/io';
import { newCommand, runCommand } from '../starters/run-command';
import { connectPatiently } from './connect-patiently';
import { setUpNamespace } from './set-up-namespace';

interface Flags {
  readonly retentionDays: number;
  readonly waitSeconds: number;
}

export async function setUpMain(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(argv, io, async () => {
    const command = newCommand('set-up-temporal', io, false)
      .description('Makes the namespace with its retention and the search attributes. Run again, it changes what differs.')
      .option('--retention-days <days>', 'how long Temporal keeps an ended rollout', whole(1, 3_650), 30)
      .option('--wait-seconds <seconds>', 'how long to wait for the server', whole(0, 3_600), 120)
      .allowExcessArguments(false);
    command.parse(argv, { from: 'user' });
    const flags = command.opts<Flags>();
    const { connectionOptions, namespace = 'default' } = temporalConfig(io.env);
    if (!connectionOptions.address) throw noServer();
    const options = { ...connectionOptions, address: connectionOptions.address };
    const progress = (line: string) => void io.stderr.write(`${line}\n`);
    const connection = await connectPatiently(options, { withinMs: flags.waitSeconds * 1_000, progress });
    try {
      printLines(io.stdout, await setUpNamespace(connection, { namespace, retentionDays: flags.retentionDays }));
    } finally {
      await connection.close();
    }
    return EXIT.done;
  });
}

const whole = (least: number, most: number) => (text: string) => {
  const parsed = z.coerce.number().int().min(least).max(most).safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`a whole number from ${least} to ${most} is wanted.`);
  return parsed.data;
};

const noServer = (): Fault =>
  new Fault('TemporalUnreachable', 'No Temporal server is named.', {
    cure: 'Set TEMPORAL_ADDRESS, or TEMPORAL_PROFILE for one of the profile file. The embedded server needs no set-up.',
  });
