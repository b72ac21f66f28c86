/**
 * What a command needs before it can speak to a rollout: a Temporal server, a worker and, for a
 * sandbox box, the box. A server that environment or profile names is used as it is; else what is
 * missing is started in the background, under one lock, and reused by the next command.
 */
import { existsSync } from 'node:fs';
import type { Connection } from '@temporalio/client';
import { Fault } from '../domain/faults';
import { connect } from './connect';
import { lockstepHome, makeHome } from './home';
import type { Home } from './home';
import { settleLayout } from './home-layout';
import { queuesWithoutWorker } from './pollers';
import { namedTemporal } from './temporal-config';
import type { NamedTemporal } from './temporal-config';
import { ensureSandbox } from './sandbox-box';
import type { SandboxBox } from './sandbox-box';
import { ensureServer } from './ensure-server';
import { ensureWorker } from './worker-process';
import { withLock } from './with-lock';

export interface EnvironmentOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly fleetFile: string;
  readonly worker: 'fresh' | 'any';
  /** The sandbox box that must be up; null: the box is none. */
  readonly sandbox: SandboxBox | null;
  readonly progress: (line: string) => void;
}

export interface Environment {
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
  /** null: somebody else's server, whose Web UI we do not know. */
  readonly webUi: string | null;
}

/** A start may hold the lock while it downloads the server. */
const LOCK_WITHIN_MS = 600_000;

export async function ensureEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const named = namedTemporal(options.env);
  // Nothing is kept here then, and the folder may be read only.
  if (named !== null && options.sandbox === null) return external(options, named);
  const home = lockstepHome(options.env);
  await makeHome(home);
  const onWait = (pid: number) => options.progress(`another start is at work (process ${pid}); waiting for it`);
  return withLock(home.lock, { deadlineMs: LOCK_WITHIN_MS, onWait }, async () => {
    await settleLayout(home, options.progress);
    if (options.sandbox !== null) await ensureSandbox(home, options.sandbox, options.progress);
    return named === null ? embedded(options, home) : external(options, named);
  });
}

async function embedded(options: EnvironmentOptions, home: Home): Promise<Environment> {
  const server = await ensureServer({ ...options, home });
  const connection = await connect({ address: server.address });
  try {
    await ensureWorker({ ...options, home, connection, address: server.address });
    return { connection, ...server, namespace: 'default' };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function external({ env }: EnvironmentOptions, { address, namespace, options }: NamedTemporal): Promise<Environment> {
  const connection = await connect({ ...options, address });
  const silent = await queuesWithoutWorker(connection, namespace, 0);
  if (silent.length > 0) {
    await connection.close();
    throw new Fault('WorkerMissing', `No worker polls ${silent.join(' and ')} in namespace ${namespace} at ${address}.`);
  }
  return { connection, address, namespace, webUi: env['TEMPORAL_UI_URL'] ?? null };
}

/** Was anything ever started here? If not, no rollout can be running and nothing needs to be started to say so. */
export function hasEnvironment(env: NodeJS.ProcessEnv): boolean {
  return namedTemporal(env) !== null || existsSync(lockstepHome(env).database);
}
