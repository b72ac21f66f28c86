/** The embedded worker: one in the background, started anew when the code or the fleet file is another. */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Connection } from '@temporalio/client';
import { keyRingFrom } from '../codec/key-ring';
import { Fault } from '../domain/faults';
import { codeFingerprint, productVersion } from './code-fingerprint';
import { endProcess } from './end-process';
import type { Home } from './home';
import { queuesWithoutWorker } from './pollers';
import { recoverRecord } from './lost-process';
import { runs, writeRecord } from './process-record';
import type { ProcessRecord } from './process-record';
import { logTail, spawnDetached } from './spawn-detached';
import type { Detached } from './spawn-detached';

const NAME = 'worker';
const ROOT = resolve(__dirname, '..');
/** It bundles the workflows first: some seconds, more on a busy machine. */
const UP_WITHIN_MS = 90_000;
/** Its own grace for steps in flight is 30 s. */
export const WORKER_GRACE_MS = 45_000;
const LOOK_EVERY_MS = 200;

export interface WorkerOptions {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly connection: Connection;
  readonly address: string;
  readonly fleetFile: string;
  /** `fresh`: of this code and this fleet file. `any`: one that answers queries is enough. */
  readonly worker: 'fresh' | 'any';
  readonly progress: (line: string) => void;
}

export async function ensureWorker(options: WorkerOptions): Promise<void> {
  const { home, progress } = options;
  const fleetFile = resolve(options.fleetFile);
  const keys = keyRingFrom(options.env)?.mark ?? '';
  const fingerprint = await codeFingerprint(ROOT, [fleetFile, options.address, keys]);
  const record = await recoverRecord(home, NAME);
  if (runs(record)) {
    const fits = record.fingerprint === fingerprint || options.worker === 'any';
    if (fits && (await polls(options, record))) return;
    progress(
      fits
        ? 'the worker does not poll; starting it anew'
        : 'the worker runs older code, another fleet file or other payload keys; starting it anew',
    );
    await endProcess(record, WORKER_GRACE_MS);
  }
  await startWorker(options, fleetFile, fingerprint);
}

/** A server that was just started anew has not heard of it yet: a living worker dials again by itself. */
const POLLS_AGAIN_WITHIN_MS = 20_000;

async function polls({ connection, address, progress }: WorkerOptions, { pid, detail }: ProcessRecord): Promise<boolean> {
  const silent = async () => (await queuesWithoutWorker(connection, 'default', 0)).length > 0;
  if (!(await silent())) return true;
  if (detail['address'] !== address) return false;
  progress(`waiting for the worker (process ${pid}) to find the server again`);
  const until = performance.now() + POLLS_AGAIN_WITHIN_MS;
  while (await silent()) {
    if (performance.now() > until) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

async function startWorker(options: WorkerOptions, fleetFile: string, fingerprint: string): Promise<void> {
  const { home, env, address, progress } = options;
  progress('starting the worker');
  const since = Date.now();
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const started = await spawnDetached(
    [process.execPath, '--import', tsx, join(ROOT, 'workers/main.ts')],
    { ...env, TEMPORAL_ADDRESS: address, LOCKSTEP_FLEET: fleetFile, LOCKSTEP_HOME: home.root },
    home.logFile(NAME),
  );
  const { pid, identity } = started;
  const detail = { fleetFile, address, version: await productVersion(ROOT) };
  await writeRecord(home, NAME, { format: 1, pid, identity, at: new Date(since).toISOString(), fingerprint, detail });
  await waitUntilItPolls(started, options, since);
}

async function waitUntilItPolls(started: Detached, { connection, home }: WorkerOptions, since: number): Promise<void> {
  const until = performance.now() + UP_WITHIN_MS;
  while ((await queuesWithoutWorker(connection, 'default', since)).length > 0) {
    const how = started.ended() ?? (performance.now() > until ? `it does not poll after ${UP_WITHIN_MS / 1_000} s` : null);
    if (how !== null) {
      throw new Fault('WorkerMissing', `The worker did not come up: ${how}.`, {
        evidence: await logTail(home.logFile(NAME)),
        cure: `Read ${home.logFile(NAME)}.`,
      });
    }
    await sleep(LOOK_EVERY_MS);
  }
}
