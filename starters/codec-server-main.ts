/** The command line of the codec server: it serves until Ctrl-C. */
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { startCodecServer } from '../codec/codec-server';
import { keyRingFrom, SETTING } from '../codec/key-ring';
import { makePayloadCodec } from '../codec/payload-codec';
import { Fault } from '../domain/faults';
import { EXIT } from './exit-codes';
import { printLines } from './io';
import type { Io } from './io';
import { newCommand, runCommand } from './run-command';

interface Flags {
  readonly port: number;
  readonly ui: readonly string[];
}

/** Of docker-compose.yml and of the embedded server. */
const WEB_UIS = ['8080', '8233'].flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`]);

export async function codecServerMain(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(argv, io, async () => {
    const command = newCommand('codec-server', io, false)
      .description(`Decrypts payloads for the Temporal Web UI with the keys of ${SETTING}, on loopback, until Ctrl-C.`)
      .option('--port <port>', 'where it listens', portOf, 8888)
      .option('--ui <origin...>', 'the Web UIs that may ask', WEB_UIS)
      .allowExcessArguments(false);
    command.parse(argv, { from: 'user' });
    const { port, ui } = command.opts<Flags>();
    const ring = keyRingFrom(io.env);
    if (ring === null)
      throw new Fault('PayloadKeysInvalid', `${SETTING} is not set: nothing is encrypted, and nothing to decrypt.`);
    const token = io.env['LOCKSTEP_CODEC_TOKEN'] ?? randomBytes(24).toString('base64url');
    const server = await startCodecServer({ codec: makePayloadCodec(ring), token, port, origins: ui });
    printLines(io.stdout, [server.endpoint]);
    printLines(io.stderr, [
      'In the Web UI: Configure Codec Server (the glasses) → this address. Whoever has it can read everything.',
      'On a command line: temporal workflow show --codec-endpoint <this address> …',
    ]);
    await interrupted(io.interrupted);
    await server.close();
    return EXIT.done;
  });
}

const interrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

function portOf(text: string): number {
  const parsed = z.coerce.number().int().min(0).max(65_535).safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('a port is wanted.');
  return parsed.data;
}
