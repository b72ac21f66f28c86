/**
 * CommandPort by child processes: argv only, never a shell; a process group of its own, so that a
 * deadline ends all of it; none of the worker's environment but what any command needs, since that
 * holds its secrets.
 */
import { spawn } from 'node:child_process';
import type { Command, CommandPort, CommandRan } from '../ports/command-port';

const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR'] as const;
const KEEP_BYTES = 8_000;
const MAX_LINE = 300;

export const runCommand: CommandPort = { run };

function run({ argv, cwd, env, stdin, timeoutMs, signal }: Command): Promise<CommandRan> {
  const [command = '', ...args] = argv;
  const passed = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...passed, ...env }, stdio: 'pipe', detached: true });
    let printed = '';
    let timedOut = false;
    const kill = () => {
      timedOut = true;
      killGroup(child.pid);
    };
    const timer = setTimeout(kill, timeoutMs);
    signal?.addEventListener('abort', kill, { once: true });
    const keep = (text: string) => {
      printed = (printed + text).slice(-KEEP_BYTES);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    // A command that ends before it reads its input is no error of ours.
    child.stdin.on('error', () => {}).end(stdin);
    const end = (code: number | null, lastLine: string) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      // What it left running holds the other ends, and the worker must be able to end.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, timedOut, lastLine });
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      end(null, `could not start ${command}: ${error.code ?? error.message}`),
    );
    // Not `close`: what a hook leaves running in the background may keep the pipes open for ever.
    child.once('exit', (code) => setImmediate(() => end(code, lastOf(printed))));
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined || pid <= 1) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function lastOf(printed: string): string {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? '').trim().slice(0, MAX_LINE);
}
