/** A Temporal dev server of a test's own: on free ports, its database in a folder that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from '../../embedded/connect';
import { freePort } from '../../embedded/free-port';
import { lockstepHome } from '../../embedded/home';
import { temporalBinary } from '../../embedded/temporal-binary';
import { serverArgs } from '../../embedded/temporal-server';

export interface TestServer {
  readonly address: string;
  /** For `temporal workflow …` beside it. */
  readonly binary: string;
  readonly pid: number;
  /** Where its database is. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

const UP_WITHIN_MS = 30_000;

/** Below the kernel's ephemeral range, so that no outgoing connection has it by chance. */
const anyPort = () => 20_000 + Math.floor(Math.random() * 10_000);

export async function startTemporal(): Promise<TestServer> {
  const binary = await temporalBinary({ home: lockstepHome(process.env), env: process.env, progress: () => {} });
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-temporal-'));
  const port = await freePort(anyPort());
  const uiPort = await freePort(anyPort(), [port]);
  const child = spawn(binary, serverArgs(join(folder, 'temporal.db'), port, uiPort), { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const address = `127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(5_000, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };
  const until = performance.now() + UP_WITHIN_MS;
  while (!(await answers(address, 1_000))) {
    if (performance.now() < until && child.exitCode === null) {
      await sleep(100);
      continue;
    }
    await stop();
    throw new Error(`${binary} did not come up on ${address}`);
  }
  return { address, binary, pid: child.pid ?? 0, folder, stop };
}
