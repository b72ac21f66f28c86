/** The words of `npm run sandbox --`: arguments in, exit code out. stdout is data, stderr is progress. */
import { resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { forgetSandbox, noteSandbox } from '../embedded/sandbox-box';
import { breakLocker, mendLockers } from './break-lockers';
import { bringUp } from './bring-up';
import { commitRevision } from './commit-revision';
import type { CommitRequest } from './commit-revision';
import { shellInBox } from './exec-in-box';
import { boxNamed, checkLocker, openSandbox } from './find-box';
import { lockerStatus, statusTable } from './locker-status';
import { MISBEHAVIOURS } from './misbehaviour';
import type { MisbehaviourKind } from './misbehaviour';
import { DEFAULT_SANDBOX_DIR } from './sandbox-layout';
import type { BoxKind } from './sandbox-state';
import { takeDown } from './take-down';

export interface SandboxIo {
  /** Says by LOCKSTEP_HOME where it is written down which sandboxes there are. */
  readonly env: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
  readonly progress: (line: string) => void;
}

interface InDir {
  readonly dir: string;
}

const DEFAULT_BOX = 'lxc12';
const KINDS: readonly BoxKind[] = ['lxc', 'process'];

/** `exit` is told the exit code of a command that has one of its own. */
export function sandboxCommands(io: SandboxIo, exit: (code: number) => void): Command {
  const program = new Command('sandbox').description('A box of real lockers on this machine, to play with and to test on.');
  // So that `shell BOX command --flag` leaves the flag to the command.
  program.enablePositionalOptions();
  program.addCommand(up(io)).addCommand(down(io)).addCommand(status(io)).addCommand(commit(io)).addCommand(breaking(io));
  return program.addCommand(shell(exit));
}

function command(name: string, description: string): Command {
  const dir = new Option('--dir <dir>', 'state folder').default(DEFAULT_SANDBOX_DIR, '.lockstep/sandbox');
  return new Command(name).description(description).addOption(dir);
}

function up({ env, progress, print }: SandboxIo): Command {
  return command('up', 'makes the box, or what is missing of it; lockers that never ran start on the first revision')
    .option('--lockers <n>', 'how many (default: 12)', Number)
    .option('--box <name>', 'name of the box', DEFAULT_BOX)
    .addOption(
      new Option('--kind <kind>', 'lxc: containers · process: without root (default: containers if it can)').choices(KINDS),
    )
    .action(async ({ dir, lockers, box, kind }: InDir & { lockers?: number; box: string; kind?: BoxKind }) => {
      // Before anything is made: what a killed one leaves is found as well.
      await noteSandbox(env, resolve(dir), progress);
      const made = await bringUp({ dir, box, lockers: lockers ?? null, progress, ...(kind && { kind }) });
      print(`box ${made.name} is up with ${made.lockers.length} lockers`);
    });
}

function down({ env, progress, print }: SandboxIo): Command {
  return command('down', 'ends all that `up` made, with the data of its lockers').action(async ({ dir }: InDir) => {
    const ended = await takeDown({ dir, progress });
    await forgetSandbox(env, resolve(dir), progress);
    print(ended ? 'the sandbox is down' : 'there is no sandbox');
  });
}

function status({ print }: SandboxIo): Command {
  return command('status', 'asks every locker how it is and which build it runs')
    .option('--box <name>', 'only this box')
    .option('--json', 'one JSON object a line')
    .action(async ({ dir, box, json }: InDir & { box?: string; json?: boolean }) => {
      const { state } = await openSandbox(dir);
      const boxes = box === undefined ? state.boxes : [boxNamed(state, box)];
      const all = (await Promise.all(boxes.map(lockerStatus))).flat();
      for (const line of json === true ? all.map((one) => JSON.stringify(one)) : statusTable(all)) print(line);
    });
}

function commit({ print }: SandboxIo): Command {
  return command('commit', 'adds a revision to the sample service, for the next rollout to bring')
    .requiredOption('--message <text>', 'first line of the commit')
    .option('--branch <name>', 'branch; a new one begins at stable', 'stable')
    .option('--config', 'to the config repository instead')
    .option('--broken', 'a revision that crashes at its start')
    .addOption(new Option('--misbehave <kind>', 'a revision that misbehaves in every locker').choices(MISBEHAVIOURS))
    .action(async ({ dir, ...request }: InDir & CommitRequest) => {
      const { sha, build } = await commitRevision((await openSandbox(dir)).layout, request);
      print(`${request.branch} is at ${sha.slice(0, 12)}${build === null ? ' (config)' : `, build ${build}`}`);
    });
}

interface BreakOptions extends InDir {
  readonly locker?: string;
  readonly box?: string;
  readonly always?: boolean;
}

function breaking({ print }: SandboxIo): Command {
  return command('break', 'makes a locker misbehave; `none` makes it behave again')
    .addArgument(new Argument('<kind>', 'what it does wrong').choices([...MISBEHAVIOURS, 'none']))
    .option('--locker <name>', 'which one (default: the third; for none: all)')
    .option('--box <name>', 'which box')
    .option('--always', 'on the running build too, not just on the next ones')
    .action(async (kind: MisbehaviourKind | 'none', { dir, ...options }: BreakOptions) => {
      const box = boxNamed((await openSandbox(dir)).state, options.box ?? null);
      if (options.locker !== undefined) checkLocker(box, options.locker);
      const locker = options.locker ?? box.lockers[2] ?? box.lockers[0] ?? '';
      if (kind === 'none') print(await mendLockers(box, options.locker === undefined ? box.lockers : [locker]));
      else print(await breakLocker(box, locker, kind, options.always ?? false));
    });
}

function shell(exit: (code: number) => void): Command {
  return command('shell', 'a shell or one command on the box, as its root, or as yourself where lockers are processes')
    .argument('<box>')
    .argument('[command...]', 'such as lxc-stop-all')
    .passThroughOptions()
    .action(async (name: string, words: string[], { dir }: InDir) => {
      exit(await shellInBox(boxNamed((await openSandbox(dir)).state, name), words));
    });
}
