/** Repositories served on the host's loopback: a worker on the host reaches them, a box in its own network does not. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../box/run';

export interface GitServer {
  /** `git://…/<name>`. */
  url(name: string): string;
  close(): Promise<void>;
}

const UP_WITHIN_MS = 30_000;

/** `folder` holds bare repositories; `first` is one of them, asked until it answers. */
export async function serveRepos(folder: string, first: string): Promise<GitServer> {
  const port = await freePort();
  const flags = ['--listen=127.0.0.1', `--port=${port}`, '--reuseaddr', '--export-all', `--base-path=${folder}`];
  // Not `git daemon`: git would be one process more, which outlives its own end.
  const daemon = spawn(
    `${(await run(['git', '--exec-path'], { timeoutMs: 10_000 })).stdout.trim()}/git-daemon`,
    [...flags, folder],
    {
      stdio: 'ignore',
      env: { ...process.env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
    },
  );
  const url = (name: string) => `git://127.0.0.1:${port}/${name}`;
  const until = performance.now() + UP_WITHIN_MS;
  while ((await run(['git', 'ls-remote', url(first)], { timeoutMs: 10_000 })).code !== 0) {
    if (performance.now() > until || daemon.exitCode !== null) throw new Error('git-daemon does not answer');
    await sleep(50);
  }
  return {
    url,
    close: async () => {
      if (daemon.exitCode !== null || daemon.signalCode !== null) return;
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
