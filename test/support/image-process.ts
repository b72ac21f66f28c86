/** What the worker image runs, run here: the Dockerfile's own words, in a folder that has what the image has. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeEnvironment, composeService, ROOT } from './compose-file';
import { dockerfile } from './dockerfile';

export interface ImageProcess {
  readonly pid: number;
  /** Both streams, so far. */
  said(): string;
  /** Resolves once it has said so; rejects when it ends without. */
  until(text: string): Promise<void>;
  /** Sends the signal, and resolves with the exit code, or with the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string>;
  readonly ended: Promise<number | string>;
}

export interface ImageOptions {
  /** Of docker-compose.yml; its entry point, or the image's own. */
  readonly service: string;
  /** Over the service's environment: where things are here. */
  readonly env: Readonly<Record<string, string>>;
  /** In place of /opt/lockstep. Default: the repository. */
  readonly folder?: string;
  readonly args?: readonly string[];
}

const LOOK_EVERY_MS = 50;
/** It bundles the workflows first, on a machine that may be busy with other tests. */
const SAYS_WITHIN_MS = 150_000;

export function startImageProcess({ service, env, folder = ROOT, args }: ImageOptions): ImageProcess {
  const { entrypoint = dockerfile().entrypoint, command = [] } = composeService(service);
  // The image's `node` is the one that runs the tests; nothing of this shell reaches it but where programs are.
  const [, ...words] = entrypoint;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...words, ...(args ?? command)], {
    cwd: folder,
    env: { PATH, HOME, ...composeEnvironment(service, {}), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let over = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      resolve(code ?? signal ?? 'gone');
    });
  });
  return {
    pid: child.pid ?? 0,
    said: () => said,
    ended,
    until: async (text) => {
      const until = performance.now() + SAYS_WITHIN_MS;
      while (!said.includes(text)) {
        if (over || performance.now() > until)
          throw new Error(`${over ? 'it ended' : 'it runs'} without ${JSON.stringify(text)}\n${said}`);
        await sleep(LOOK_EVERY_MS);
      }
    },
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
