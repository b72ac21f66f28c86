/** Runs the product's commands as a user would: child processes, their real output and exit codes. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout's lines that are JSON objects, in order. */
  readonly objects: readonly Record<string, unknown>[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the first stdout object that fits; rejects when the command ends without one. */
  until(fits: (object: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

const ENTRIES = {
  'start-rollout': 'starters/start-rollout.ts',
  lockstep: 'starters/lockstep.ts',
  sandbox: 'sandbox/main.ts',
  up: 'starters/up.ts',
  down: 'starters/down.ts',
  ps: 'starters/ps.ts',
  logs: 'starters/logs.ts',
} as const;

const parse = (line: string): Record<string, unknown>[] => {
  try {
    return [JSON.parse(line) as Record<string, unknown>];
  } catch {
    return [];
  }
};

export function start(entry: keyof typeof ENTRIES, args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, ENTRIES[entry]), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const objects: Record<string, unknown>[] = [];
  const listeners = new Set<() => void>();
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    objects.push(...lines.flatMap(parse));
    for (const listen of listeners) listen();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr, objects }));
  });
  const until = (fits: (object: Record<string, unknown>) => boolean) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const listen = () => {
        const found = objects.find(fits);
        if (found) resolve(found);
      };
      listeners.add(listen);
      listen();
      const endsWithout = async () => {
        const { code } = await ended;
        listen();
        reject(new Error(`${entry} ${args.join(' ')} ended (${code}) without the awaited line\n${stdout}\n${stderr}`));
      };
      void endsWithout();
    });
  return { child, ended, until };
}

export async function runCli(entry: keyof typeof ENTRIES, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return start(entry, args, env).ended;
}
