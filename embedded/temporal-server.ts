/**
 * The embedded Temporal server: a real one with Web UI on loopback, its state in one SQLite file.
 * It keeps its ports from start to start where they are free, so that a worker and an open
 * browser find it again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../domain/faults';
import { answers } from './connect';
import { endProcess } from './end-process';
import { freePort } from './free-port';
import type { Home } from './home';
import { readRecord, runs, writeRecord } from './process-record';
import { logTail, spawnDetached } from './spawn-detached';
import type { Detached } from './spawn-detached';
import { temporalBinary } from './temporal-binary';

const NAME = 'temporal';
/** It is up in half a second; a machine under load and a long history take longer. */
const UP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 100;

export interface EmbeddedServer {
  readonly address: string;
  readonly webUi: string;
}
export interface StartOptions {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
}

/** The one that runs, or a new one. Only under the start lock. */
export async function ensureServer(options: StartOptions): Promise<EmbeddedServer> {
  const record = await readRecord(options.home, NAME);
  if (runs(record)) {
    const server = serverOf(record.detail);
    if (await answers(server.address, UP_WITHIN_MS)) return server;
    options.progress(`the Temporal server (process ${record.pid}) does not answer; starting it anew`);
    await endProcess(record, 5_000);
  }
  return startServer(options, record?.detail ?? {});
}

export function serverOf(detail: Readonly<Record<string, string>>): EmbeddedServer {
  return { address: `127.0.0.1:${detail['port']}`, webUi: `http://127.0.0.1:${detail['uiPort']}` };
}

async function startServer(options: StartOptions, before: Readonly<Record<string, string>>): Promise<EmbeddedServer> {
  const { home, env, progress } = options;
  const binary = await temporalBinary(options);
  const port = await freePort(Number(before['port'] ?? 7233));
  const uiPort = await freePort(Number(before['uiPort'] ?? 8233), [port]);
  const detail = { port: String(port), uiPort: String(uiPort), binary };
  const server = serverOf(detail);
  progress(`starting Temporal at ${server.address}, Web UI at ${server.webUi}`);
  const started = await spawnDetached([binary, ...serverArgs(home.database, port, uiPort)], env, home.logFile(NAME));
  const { pid, identity } = started;
  await writeRecord(home, NAME, { format: 1, pid, identity, at: new Date().toISOString(), fingerprint: binary, detail });
  await waitUntilUp(started, server.address, home);
  return server;
}

/** `--ip` on loopback; WAL and NORMAL as measured in the SDK's favour; native pause is on and is survived. */
export function serverArgs(database: string, port: number, uiPort: number): string[] {
  const sqlite = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];
  const pause = ['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'];
  const where = ['--ip', '127.0.0.1', '--ui-ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
  return ['server', 'start-dev', '--db-filename', database, ...sqlite, ...pause, ...where, '--log-level', 'warn'];
}

async function waitUntilUp(started: Detached, address: string, home: Home): Promise<void> {
  const until = performance.now() + UP_WITHIN_MS;
  while (!(await answers(address, 1_000))) {
    const how = started.ended() ?? (performance.now() > until ? `no answer within ${UP_WITHIN_MS / 1_000} s` : null);
    if (how !== null) {
      throw new Fault('TemporalUnreachable', `The embedded Temporal server did not come up: ${how}.`, {
        evidence: await logTail(home.logFile(NAME)),
        cure: `Read ${home.logFile(NAME)}; \`npm run down\` clears what is left.`,
      });
    }
    await sleep(LOOK_EVERY_MS);
  }
}
