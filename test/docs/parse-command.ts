/** Is this a command of ours, with flags that it takes? Asked of the real parsers; nothing of it is run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { benchCommand, wholeBoxCommand } from '../../bench/bench-command';
import { COMMANDS } from '../../box/lockerctl';
import { parseArguments } from '../../box/scripts/arguments';
import { sandboxCommands } from '../../sandbox/sandbox-commands';
import { chatopsMain } from '../../chatops/chatops-main';
import { setUpMain } from '../../deploy/set-up-main';
import { codecServerMain } from '../../starters/codec-server-main';
import { downMain } from '../../starters/down-main';
import type { Io, Main } from '../../starters/io';
import { logsMain } from '../../starters/logs-main';
import { psMain } from '../../starters/ps-main';
import { upMain } from '../../starters/up-main';
import { lockstepMain } from '../../starters/lockstep-main';
import { wantedOf } from '../../starters/plan-flags';
import { startRolloutMain } from '../../starters/start-rollout-main';
import { readChaosArguments } from '../chaos/chaos-arguments';
import { ROOT } from './pages';
import { wordsOf } from './words-of';

type Parse = (argv: readonly string[]) => Promise<void>;

/** Throws what the parser said. */
export async function parseCommand(command: string): Promise<void> {
  const [program = '', ...argv] = wordsOf(command).filter(
    (word, index, all) => !(isSetting(word) && all.slice(0, index).every(isSetting)),
  );
  const parse = Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program] : undefined;
  if (parse === undefined) throw new Error(`nobody here knows the command ${program}`);
  await parse(argv);
}

const isSetting = (word: string): boolean => /^[A-Z_]+=/.test(word);

const SCRIPTS: Readonly<Record<string, Parse>> = {
  'start-rollout': untilParsed(startRolloutMain),
  lockstep: untilParsed(lockstepMain),
  up: untilParsed(upMain),
  ps: untilParsed(psMain),
  logs: untilParsed(logsMain),
  down: untilParsed(downMain),
  sandbox: parseSandbox,
  'codec-server': untilParsed(codecServerMain),
  chatops: untilParsed(chatopsMain),
  'set-up-temporal': untilParsed(setUpMain),
  'test:postgres': takesNothing,
  'test:long': takesNothing,
  'test:lxd': takesNothing,
  worker: takesNothing,
  check: takesNothing,
  'check:boundaries': takesNothing,
  bench: async (argv) => parseWith(benchCommand(), argv),
  'bench:300': async (argv) => parseWith(wholeBoxCommand(), argv),
  chaos: async (argv) => void readChaosArguments(argv),
};

const PROGRAMS: Readonly<Record<string, Parse>> = {
  npm: async ([what = '', ...argv]) => {
    if (what === 'ci') return takesNothing(argv);
    if (what === 'test') return layersOf(behindDashes(argv));
    const [script = '', ...rest] = argv;
    if (what !== 'run') throw new Error(`npm ${what} is nothing that the pages should tell`);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    if (!Object.hasOwn(scripts, script)) throw new Error(`package.json has no script ${script}`);
    const parse = SCRIPTS[script];
    if (parse === undefined) throw new Error(`say in test/docs/parse-command.ts how npm run ${script} is parsed`);
    await parse(behindDashes(rest));
  },
  npx: async ([what, ...argv]) => {
    if (what !== 'jest') throw new Error(`npx ${what} is nothing that the pages should tell`);
    jestArguments(argv);
  },
  'apt-get': async ([what]) => {
    if (what !== 'install') throw new Error(`apt-get ${what} is nothing that the pages should tell`);
  },
  docker: async ([what, ...argv]) => {
    const verb = argv.slice(argv[0] === '--profile' ? 2 : 0)[0] ?? '';
    if (what !== 'compose' || !/^(up|ps|down|logs)$/.test(verb))
      throw new Error(`docker ${what} ${verb} is nothing that the pages should tell`);
  },
  // Tools of everybody’s, for files of one’s own.
  sudo: async () => {},
  cp: async () => {},
  node: async ([flag]) => {
    if (flag !== '-p') throw new Error('node runs nothing of ours');
  },
  lockerctl: async ([name = '', ...argv]) => onTheBox(name, argv),
  'lxc-stop-all': async (argv) => onTheBox('stop-all', argv),
  'lxc-start-all': async (argv) => onTheBox('start-all', argv),
  'update-code': async (argv) => onTheBox('update-code', argv),
};

async function takesNothing(argv: readonly string[]): Promise<void> {
  if (argv.length > 0) throw new Error(`it takes no arguments: ${argv.join(' ')}`);
}

function behindDashes(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--');
  if (at > 0 || (at < 0 && argv.length > 0)) throw new Error(`npm keeps what stands before --: ${argv.join(' ')}`);
  return argv.slice(at + 1);
}

class Parsed extends Error {
  constructor(readonly options: Record<string, unknown>) {
    super('parsed');
  }
}

/** A command of ours throws where it would begin to act. */
const COMMAND = Command.prototype as { parse: (this: Command, ...given: Parameters<Command['parse']>) => Command };

/** Runs a command of ours up to the moment when commander has taken its words. */
function untilParsed(main: Main): Parse {
  return async (argv) => {
    const said: string[] = [];
    const sink = { write: (text: string) => said.push(text) };
    const io: Io = { stdout: sink, stderr: sink, stdin: new PassThrough(), env: {}, interrupted: new AbortController().signal };
    const { parse } = COMMAND;
    COMMAND.parse = function parseOnly(...given) {
      parse.apply(this, given);
      throw new Parsed(this.opts());
    };
    try {
      const code = await main(argv, io);
      if (code !== 0 || !argv.includes('--help')) throw new Error(said.join(''));
    } catch (error) {
      if (!(error instanceof Parsed)) throw error;
      wantedOf(error.options as never);
    } finally {
      COMMAND.parse = parse;
    }
  };
}

const QUIET = { writeErr: () => {}, writeOut: () => {} };

async function parseSandbox(argv: readonly string[]): Promise<void> {
  const program = sandboxCommands({ env: {}, print: () => {}, progress: () => {} }, () => {});
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(QUIET);
  for (const command of program.commands) command.action(() => {});
  await program.parseAsync(argv, { from: 'user' });
}

function parseWith(command: Command, argv: readonly string[]): void {
  command.exitOverride().configureOutput(QUIET).parse(argv, { from: 'user' });
}

async function onTheBox(name: string, argv: readonly string[]): Promise<void> {
  if (name === '--help') return;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new Error(`lockerctl has no command ${name}`);
  parseArguments(argv, command.options);
}

/** Layers of test/run.ts; other words are jest's patterns. */
async function layersOf(argv: readonly string[]): Promise<void> {
  const layers = [
    ...readFileSync(join(ROOT, 'test/run.ts'), 'utf8').matchAll(/^\s+name: '([a-z0-9]+)'|\{ name: '([a-z0-9]+)'/gm),
  ];
  const names = layers.map(([, one, two]) => one ?? two);
  const unknown = argv.filter((word) => !names.includes(word) && !existsSync(join(ROOT, word)));
  if (unknown.length > 0) throw new Error(`test/run.ts has no layer ${unknown.join(', ')}`);
}

function jestArguments(argv: readonly string[]): void {
  const { projects } = require('../../jest.config.cjs') as { projects: readonly { displayName: string }[] };
  const [select, project, patterns, path] = argv;
  const known = projects.some(({ displayName }) => displayName === project);
  if (select !== '--selectProjects' || !known) throw new Error(`jest.config.cjs has no project ${project}`);
  if (patterns !== '--testPathPatterns' || !existsSync(join(ROOT, path ?? ''))) throw new Error(`there is no ${path}`);
}
