/** A command inside a locker; told apart: what the command came to, and that it could not be run. */
import type { LockerName } from '../../domain/model/ids';
import type { Ran } from '../run';
import * as commands from './commands';
import { lxc, pathOf, see } from './see';
import type { Known } from './see';

export interface Inside {
  readonly argv: readonly string[];
  readonly timeoutMs: number;
}

/**
 * `lxc-attach` waits in a frozen locker until somebody thaws it, and what was killed there meanwhile ends no sooner: so it is looked
 * first. Where it could not get in at all it exits with 1, as any command may.
 */
export async function attach(known: Known, name: LockerName, { argv, timeoutMs }: Inside): Promise<Ran> {
  const { state } = await see(known, name);
  const command = commands.attach(pathOf(known, name), name, argv);
  if (state !== 'running') return notRun(command, `the locker is ${state === 'other' ? 'between two states' : state}`);
  const ran = await lxc(command, timeoutMs);
  return ran.code === 1 && couldNotAttach(ran.stderr) ? { ...ran, code: null } : ran;
}

/** By the lines that LXC's own code writes, with its file and function in them. Pure. */
export const couldNotAttach = (stderr: string): boolean => /^lxc-attach: .+: \S+\.c: \w+: \d+ /m.test(stderr);

const notRun = (argv: readonly string[], why: string): Ran => ({
  argv,
  code: null,
  stdout: '',
  stderr: `${why}: not asked`,
  timedOut: false,
  tookMs: 0,
  startError: null,
});
