/** The command line of chatops: it serves until Ctrl-C; `dead-letters` lists what could not be delivered. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { lockstepHome } from '../embedded/home';
import { EXIT } from '../starters/exit-codes';
import { printLines, printObject } from '../starters/io';
import type { Io } from '../starters/io';
import { newCommand, runCommand, wantsJson } from '../starters/run-command';
import { readChatConfig } from './config/read-chat-config';
import type { ChatConfig } from './config/read-chat-config';
import { readChat } from './outbox/chat-journal';
import type * as serveModule from './serve-chat';
import { journalIn, reviveMark } from './state-files';
import { deadLetterLines } from './render/dead-letter-lines';

interface Options {
  readonly config?: string;
  readonly fleet?: string;
  readonly retry?: boolean;
  readonly json?: boolean;
}

export async function chatopsMain(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv;
  return runCommand(argv, io, async () => (first === 'dead-letters' ? deadLetters(rest, io) : serve(argv, io)));
}

const configFlag = (command: Command): Command =>
  command
    .option('--config <file>', 'where chat is set up (default: LOCKSTEP_CHATOPS, else chatops.yaml)')
    .allowExcessArguments(false);

async function serve(argv: readonly string[], io: Io): Promise<number> {
  const command = configFlag(newCommand('chatops', io, false))
    .description(
      'Tells rollouts to chat and takes answers from there, until Ctrl-C. `chatops dead-letters` lists what was not delivered.',
    )
    .option('--fleet <file>', 'the fleet file (default: LOCKSTEP_FLEET, else fleet.yaml)');
  command.parse(argv, { from: 'user' });
  const options = command.opts<Options>();
  const config = configOf(options, io);
  const fleetFile = resolve(options.fleet ?? io.env['LOCKSTEP_FLEET'] ?? 'fleet.yaml');
  // Temporal's client takes longer to load than a wrong flag takes to be told.
  const { serveChat } = require('./serve-chat') as typeof serveModule;
  await serveChat({
    config,
    fleetFile,
    stateFolder: stateFolderOf(config, io),
    env: io.env,
    signal: io.interrupted,
    log: (line) => printLines(io.stderr, [`${new Date().toISOString()} ${line}`]),
    listening: (url) => printLines(io.stdout, [url]),
  });
  return EXIT.done;
}

function deadLetters(argv: readonly string[], io: Io): number {
  const command = configFlag(newCommand('chatops dead-letters', io, wantsJson(argv)))
    .description('Lists what could not be delivered, and why.')
    .option('--retry', 'try all of them again')
    .option('--json', 'one JSON object a line');
  command.parse(argv, { from: 'user' });
  const options = command.opts<Options>();
  const folder = stateFolderOf(configOf(options, io), io);
  const letters = [...readChat(journalIn(folder)).dead.values()];
  if (options.json) for (const letter of letters) printObject(io, { ...letter, kind: 'dead-letter' });
  else printLines(io.stdout, deadLetterLines(letters));
  if (options.retry === true && letters.length > 0) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(reviveMark(folder), '');
    printLines(io.stderr, ['They are tried again by the chatops that runs, or by the next one.']);
  }
  return EXIT.done;
}

function configOf({ config }: Options, { env }: Io): ChatConfig {
  return readChatConfig(resolve(config ?? env['LOCKSTEP_CHATOPS'] ?? 'chatops.yaml'), env);
}

const stateFolderOf = ({ state }: ChatConfig, { env }: Io): string => state ?? join(lockstepHome(env).root, 'chatops');
