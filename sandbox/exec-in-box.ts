/** Commands inside a box, as root there. */
import { spawn } from 'node:child_process';
import { run } from '../box/run';
import type { Ran } from '../box/run';
import { boxPath, enterArgv } from './enter-box';
import { boxLayout } from './sandbox-layout';
import type { BoxState } from './sandbox-state';

const envOf = (box: BoxState): NodeJS.ProcessEnv => ({ ...process.env, PATH: boxPath(boxLayout(box.folder).bin) });

/** `cwd` stays the caller's where the box can see it: it sees all of the host's files. */
export function execInBox(box: BoxState, argv: readonly string[], timeoutMs: number): Promise<Ran> {
  return run(enterArgv(box, argv), { timeoutMs, env: envOf(box) });
}

/** Ctrl-C goes to the terminal's whole group: it is the command's to act on, not ours. */
const leaveIt = () => {};

/** On this terminal; resolves with the exit code. */
export function shellInBox(box: BoxState, argv: readonly string[]): Promise<number> {
  const [command, ...args] = enterArgv(box, argv.length > 0 ? argv : ['sh']);
  const env = { ...envOf(box), PS1: `${box.name} \\$ ` };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    process.on('SIGINT', leaveIt);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', leaveIt);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}
