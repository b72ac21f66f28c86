/**
 * Runs one command: argv only, never a shell; output kept to its last lines; a deadline always.
 * Returns whatever happened as a value: what an exit code means is the caller's business.
 */
import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly signal?: AbortSignal;
  /** Of stdout and of stderr: the last ones. */
  readonly keepBytes?: number;
}

export interface Ran {
  readonly argv: readonly string[];
  /** null: killed by a signal, or never started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly tookMs: number;
  /** Set where the command could not be started, such as ENOENT. */
  readonly startError: NodeJS.ErrnoException | null;
}

/** What was printed before the end is read within moments. */
const LAST_WORDS_MS = 500;

/** Enough for any answer we parse (an `lxc-ls` of 300), small enough to hold in memory. */
const KEEP_BYTES = 2 * 1024 * 1024;

export function run(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const began = performance.now();
  const [command = '', ...args] = argv;
  const { keepBytes = KEEP_BYTES } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      uid: options.uid,
      gid: options.gid,
      // A pipe that nobody writes to costs as much as one that is used.
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // Its own group, so that a deadline ends the whole tree and not just its root.
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const kill = () => {
      timedOut = true;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    const timer = setTimeout(kill, options.timeoutMs);
    options.signal?.addEventListener('abort', kill, { once: true });
    const end = (code: number | null, startError: NodeJS.ErrnoException | null) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', kill);
      resolve({ argv, code, stdout, stderr, timedOut, tookMs: performance.now() - began, startError });
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-keepBytes);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-keepBytes);
    });
    // A child that ends before it reads its input is no error of ours.
    child.stdin?.on('error', () => {}).end(options.input);
    child.once('error', (error: NodeJS.ErrnoException) => end(null, error));
    child.once('close', (code) => end(code, null));
    // What it has started may hold the pipes for ever, such as a process that was frozen before it was killed.
    child.once('exit', (code) => {
      const leave = () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        end(code, null);
      };
      if (timedOut) setTimeout(leave, LAST_WORDS_MS).unref();
    });
  });
}

/** The command, its exit and its last lines: the evidence part of a fault. */
export function evidenceOf(ran: Ran, lines = 8): string[] {
  const exit = ran.startError
    ? `could not start: ${ran.startError.code}`
    : ran.timedOut
      ? `killed after ${Math.round(ran.tookMs)} ms`
      : `exit ${ran.code}`;
  const tail = `${ran.stdout}\n${ran.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return [`$ ${ran.argv.join(' ')}  → ${exit}`, ...tail.slice(-lines)];
}
