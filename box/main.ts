/** The one entry of the bundle: `[--config FILE] COMMAND …`. Faults are printed here, and nowhere else. */
import type { Fault } from '../domain/faults';
import { faultOf } from './fault-of';
import { COMMANDS, helpFor, overview } from './lockerctl';
import type { Command } from './lockerctl';
import { readBoxConfig } from './read-config';
import { runMigration } from './migrations/run-migration';
import { UsageError, parseArguments } from './scripts/arguments';

const DEFAULT_CONFIG = '/etc/lockstep/box.json';

async function main(argv: readonly string[]): Promise<number> {
  const { configFile, rest } = splitConfig(argv);
  const [name = '', ...words] = rest;
  if (name === '--help' || name === 'help') {
    process.stdout.write(overview());
    return 0;
  }
  // Not for people: lockerd's own runner, which outlives it.
  if (name === 'run-migration') return runMigration(words[0] ?? '');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(`${name === '' ? '' : `There is no command ${JSON.stringify(name)}.\n`}${overview()}`);
    return 2;
  }
  return runCommand(command, words, configFile);
}

async function runCommand(command: Command, words: readonly string[], configFile: string): Promise<number> {
  try {
    const given = parseArguments(words, command.options);
    if (given.help) {
      process.stdout.write(helpFor(command));
      return 0;
    }
    return await command.run({ configFile, config: readBoxConfig(configFile) }, given);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${helpFor(command)}`);
      return 2;
    }
    process.stderr.write(textOf(faultOf(error)));
    return 1;
  }
}

function splitConfig(argv: readonly string[]): { configFile: string; rest: string[] } {
  const at = argv.indexOf('--config');
  if (at < 0) return { configFile: DEFAULT_CONFIG, rest: [...argv] };
  return { configFile: argv[at + 1] ?? '', rest: argv.filter((_, index) => index !== at && index !== at + 1) };
}

function textOf({ code, sentence, evidence, cure }: Fault): string {
  return [`${code}: ${sentence}`, ...evidence.map((line) => `    ${line}`), cure, ''].join('\n');
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
