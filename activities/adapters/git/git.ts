/**
 * One git command on the worker, with the configuration of the account that the worker runs as; without a
 * terminal, so that nobody is asked for a password. Never throws: the caller knows what a failure means.
 */
import { spawn } from 'node:child_process';
import type { GitLimits, GitRan } from '../../../mirror/mirror';

export interface Ran extends GitRan {
  readonly ok: boolean;
}

/** A first fetch or a whole history in one bundle, over a slow line. */
const TIMEOUT_MS = 10 * 60_000;
const KEEP_BYTES = 8 * 1024 * 1024;
const EVIDENCE_LINES = 8;

/** Of another repository, such as that of a hook which runs us; they would lead git astray. */
const OF_A_REPOSITORY =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE|QUARANTINE_PATH|SHALLOW_FILE|GRAFT_FILE|REPLACE_REF_BASE|DEFAULT_HASH)$/;

export function git(args: readonly string[], limits: GitLimits = {}): Promise<Ran> {
  const { timeoutMs = TIMEOUT_MS, keepBytes = KEEP_BYTES } = limits;
  const kept = Object.entries(process.env).filter(([name]) => !OF_A_REPOSITORY.test(name));
  const env = { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  return new Promise((resolve) => {
    // A group of its own: the deadline ends its ssh, too. And a session of its own, which has no terminal.
    const child = spawn('git', ['-c', 'safe.directory=*', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] = (said[name] + text).slice(-keepBytes);
      });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endGroup(child.pid);
    }, timeoutMs);
    const end = (code: number | null, how: string) => {
      clearTimeout(timer);
      const lines = `${said.stdout}\n${said.stderr}`.split('\n').filter((line) => line.trim() !== '');
      const evidence = [`$ git ${args.join(' ')}  → ${how}`, ...lines.slice(-EVIDENCE_LINES)];
      resolve({ ok: code === 0, code, ...said, evidence });
    };
    child.once('error', (error: NodeJS.ErrnoException) => end(null, `could not start: ${error.code}`));
    child.once('close', (code) => end(code, late ? `ended after ${timeoutMs / 1_000} s` : `exit ${code}`));
  });
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
