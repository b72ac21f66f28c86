/** One git command on a bare mirror; asks nobody for a password, trusts no configuration of a user. */
import { evidenceOf, run } from '../run';
import type { Ran } from '../run';
import { Fault } from '../../domain/faults';

/** Looks into a local mirror are milliseconds; one that takes longer has a sick disk under it. */
const LOOK_MS = 30_000;

export function git(args: readonly string[], timeoutMs = LOOK_MS, more: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C', TZ: 'UTC', ...more };
  return run(['git', '-c', 'safe.directory=*', ...args], { timeoutMs, env });
}

/** stdout, or a fault with the command and its last lines. */
export async function askGit(args: readonly string[]): Promise<string> {
  const ran = await git(args);
  if (ran.code === 0) return ran.stdout;
  throw new Fault('CommandFailed', `git ${args[1] ?? ''} failed on the box.`, { evidence: evidenceOf(ran) });
}
