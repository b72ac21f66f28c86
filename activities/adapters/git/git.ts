/** One git command on the worker; asks nobody for a password. Never throws: the caller knows what a failure means. */
import { execFile } from 'node:child_process';

export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  /** The command and its last lines. */
  readonly evidence: readonly string[];
}

/** A first fetch or a whole history in one bundle, over a slow line. */
const TIMEOUT_MS = 10 * 60_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
const EVIDENCE_LINES = 8;

/** Set where a hook of another repository runs us; they would lead git astray. */
const OF_A_HOOK = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_OBJECT_DIRECTORY', 'GIT_PREFIX'];

export function git(args: readonly string[]): Promise<Ran> {
  const env = {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_A_HOOK.includes(name))),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  };
  const options = { env, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve) => {
    execFile('git', ['-c', 'safe.directory=*', ...args], options, (error, stdout, stderr) => {
      const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
      const how = error === null ? 'exit 0' : error.killed ? `ended after ${TIMEOUT_MS / 1_000} s` : `exit ${error.code}`;
      const evidence = [`$ git ${args.join(' ')}  → ${how}`, ...lines.slice(-EVIDENCE_LINES)];
      resolve({ ok: error === null, stdout, evidence });
    });
  });
}
