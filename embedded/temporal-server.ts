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

/** Between the look for a free port and the server's own bind, somebody else may take it. */
const TRIES = 3;

async function startServer(options: StartOptions, before: Readonly<Record<string, string>>): Promise<EmbeddedServer> {
  const binary = await temporalBinary(options);
  const wished = { port: Number(before['port'] ?? 7233), uiPort: Number(before['uiPort'] ?? 8233) };
  const taken: number[] = [];
  for (let left = TRIES - 1; ; left -= 1) {
    const port = await freePort(wished.port, taken);
    const uiPort = await freePort(wished.uiPort, [port, ...taken]);
    const started = await startOn(options, { binary, port, uiPort });
    const how = await waitUntilUp(started, started.server.address);
    if (how === null) return started.server;
    if (left === 0 || started.ended() === null) throw await didNotComeUp(options.home, how);
    options.progress(`it ended (${how}); trying other ports`);
    taken.push(port, uiPort);
  }
}

interface Where {
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number;
}

async function startOn({ home, env, progress }: StartOptions, { binary, port, uiPort }: Where) {
  const detail = { port: String(port), uiPort: String(uiPort), binary };
  const server = serverOf(detail);
  progress(`starting Temporal at ${server.address}, Web UI at ${server.webUi}`);
  const started = await spawnDetached([binary, ...serverArgs(home.database, port, uiPort)], env, home.logFile(NAME));
  const { pid, identity } = started;
  await writeRecord(home, NAME, { format: 1, pid, identity, at: new Date().toISOString(), fingerprint: binary, detail });
  return { ...started, server };
}

/**
 * The server's own 4,096 is less than a box of 300 lockers takes, and before a run is rolled over its
 * window empties. Warned of at 10,240, ended at 51,200.
 */
const ROLL_OVER_AT_EVENTS = 8_000;

/** `--ip` on loopback; WAL and NORMAL as measured in the SDK's favour; native pause is on and is survived. */
export function serverArgs(database: string, port: number, uiPort: number): string[] {
  const sqlite = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];
  const pause = ['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'];
  const rollOver = ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${ROLL_OVER_AT_EVENTS}`];
  const where = ['--ip', '127.0.0.1', '--ui-ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
  return ['server', 'start-dev', '--db-filename', database, ...sqlite, ...pause, ...rollOver, ...where, '--log-level', 'warn'];
}

/** Whoever has the port answers: one that does not get it has ended by then. */
const HAS_ENDED_MS = 1_000;

/** null: it is up; else how it is not. */
async function waitUntilUp(started: Detached, address: string): Promise<string | null> {
  const until = performance.now() + UP_WITHIN_MS;
  while (!(await answers(address, 1_000))) {
    const how = started.ended() ?? (performance.now() > until ? `no answer within ${UP_WITHIN_MS / 1_000} s` : null);
    if (how !== null) return how;
    await sleep(LOOK_EVERY_MS);
  }
  await sleep(HAS_ENDED_MS);
  return started.ended();
}

async function didNotComeUp(home: Home, how: string): Promise<Fault> {
  return new Fault('TemporalUnreachable', `The embedded Temporal server did not come up: ${how}.`, {
    evidence: await logTail(home.logFile(NAME)),
    cure: `Read ${home.logFile(NAME)}; \`npm run down\` clears what is left.`,
  });
}
