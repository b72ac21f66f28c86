/** Starts a process that survives this one: a session of its own (no Ctrl-C of ours), output to a log file. */
import { spawn } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { identityOf } from './process-identity';

export interface Detached {
  readonly pid: number;
  readonly identity: string;
  /** How it ended, while this process looks on; null: it runs. */
  ended(): string | null;
}

export async function spawnDetached(
  argv: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  logFile: string,
): Promise<Detached> {
  const log = await open(logFile, 'a');
  try {
    const [command, ...args] = argv;
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log.fd, log.fd], env });
    let how: string | null = null;
    child.once('exit', (code, signal) => {
      how = signal === null ? `exit ${code}` : `signal ${signal}`;
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const pid = child.pid ?? 0;
    return { pid, identity: identityOf(pid) ?? 'gone', ended: () => how };
  } finally {
    await log.close();
  }
}

/** The last lines of a log: the evidence when a start fails. */
export async function logTail(logFile: string, lines = 8): Promise<string[]> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines);
}

/** Where it ends now, in bytes: what is said later begins there. */
export async function logEnd(logFile: string): Promise<number> {
  return stat(logFile).then(
    ({ size }) => size,
    () => 0,
  );
}

export async function textSince(logFile: string, from: number): Promise<string> {
  const content = await readFile(logFile).catch(() => Buffer.alloc(0));
  return content.subarray(from).toString('utf8');
}
