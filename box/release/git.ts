/**
 * One git command on a bare mirror; asks nobody for a password. Its configuration is that of the machine and
 * of lockerd's account, whoever started lockerd: nothing of a login's environment counts.
 */
import { ownHome } from '../own-home';
import { evidenceOf, run } from '../run';
import type { Ran } from '../run';
import { Fault } from '../../domain/faults';

/** Looks into a local mirror are milliseconds; one that takes longer has a sick disk under it. */
const LOOK_MS = 30_000;

interface Limits {
  readonly timeoutMs?: number;
  readonly keepBytes?: number;
  readonly more?: NodeJS.ProcessEnv;
}

export const git = (args: readonly string[], timeoutMs = LOOK_MS, more: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  runGit(args, { timeoutMs, more });

/** With more output than a look has, too. */
export function runGit(args: readonly string[], { more = {}, ...limits }: Limits): Promise<Ran> {
  const env = { ...gitEnvironment(), ...more };
  return run(['git', '-c', 'safe.directory=*', ...args], { timeoutMs: LOOK_MS, ...limits, env });
}

const OF_A_LOGIN = /^(?:GIT_|XDG_CONFIG_HOME$|SSH_ASKPASS)/;

function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_A_LOGIN.test(name));
  const own = { HOME: ownHome(), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C', TZ: 'UTC' };
  return { ...Object.fromEntries(kept), ...own };
}

/** stdout, or a fault with the command and its last lines. */
export async function askGit(args: readonly string[]): Promise<string> {
  const ran = await git(args);
  if (ran.code === 0) return ran.stdout;
  throw new Fault('CommandFailed', `git ${args[1] ?? ''} failed on the box.`, { evidence: evidenceOf(ran) });
}
