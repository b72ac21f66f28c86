/**
 * Starts the embedded server. It keeps its ports from start to start where they are free, so that a
 * worker and an open browser find it again; its state too, as long as this server can read it.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../domain/faults';
import { answers } from './connect';
import { endProcess } from './end-process';
import { freePort } from './free-port';
import type { Home } from './home';
import { writeRecord } from './process-record';
import { setAside } from './set-aside';
import { logEnd, logTail, spawnDetached, textSince } from './spawn-detached';
import type { Detached } from './spawn-detached';
import { temporalBinary, versionOf } from './temporal-binary';
import { serverArgs, serverOf } from './temporal-server';
import type { EmbeddedServer } from './temporal-server';

const NAME = 'temporal';
/** It is up in half a second; a machine under load and a long history take longer. */
const UP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 100;
const END_WITHIN_MS = 5_000;

export interface StartOptions {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
}

interface Where {
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number;
}

/** Between the look for a free port and the server's own bind, somebody else may take it. */
const TRIES = 4;

export async function startServer(options: StartOptions, before: Readonly<Record<string, string>>): Promise<EmbeddedServer> {
  const { home, progress } = options;
  const binary = await temporalBinary(options);
  const wished = { port: Number(before['port'] ?? 7233), uiPort: Number(before['uiPort'] ?? 8233) };
  const taken: number[] = [];
  for (let left = TRIES - 1; ; left -= 1) {
    const where = { binary, ...(await freePorts(wished, taken, progress)) };
    const from = await logEnd(home.logFile(NAME));
    const hadDatabase = existsSync(home.database);
    const started = await startOn(options, where);
    const how = await waitUntilUp(started, started.server.address);
    const unreadable = hadDatabase ? complaintIn(await textSince(home.logFile(NAME), from)) : null;
    if (how === null && unreadable === null) return started.server;
    if (left === 0 || (started.ended() === null && unreadable === null)) throw await didNotComeUp(home, how ?? `${unreadable}`);
    if (unreadable === null) {
      progress(`it ended (${how}); trying other ports`);
      taken.push(where.port, where.uiPort);
      continue;
    }
    await endProcess({ pid: started.pid, identity: started.identity }, END_WITHIN_MS);
    await setDatabaseAside(home, unreadable, progress);
  }
}

async function freePorts(wished: Omit<Where, 'binary'>, taken: readonly number[], progress: StartOptions['progress']) {
  const port = await freePort(wished.port, taken);
  const uiPort = await freePort(wished.uiPort, [port, ...taken]);
  if (port !== wished.port) progress(`port ${wished.port} is taken by somebody else; the Temporal server gets ${port}`);
  if (uiPort !== wished.uiPort) progress(`port ${wished.uiPort} is taken by somebody else; the Web UI gets ${uiPort}`);
  return { port, uiPort };
}

async function startOn({ home, env, progress }: StartOptions, { binary, port, uiPort }: Where) {
  const version = (await versionOf(binary)) ?? '-';
  const detail = { port: String(port), uiPort: String(uiPort), binary, version };
  const server = serverOf(detail);
  progress(`starting Temporal at ${server.address}, Web UI at ${server.webUi}`);
  const started = await spawnDetached([binary, ...serverArgs(home.database, port, uiPort)], env, home.logFile(NAME));
  const { pid, identity } = started;
  await writeRecord(home, NAME, { format: 1, pid, identity, at: new Date().toISOString(), fingerprint: binary, detail });
  return { ...started, server };
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

/** SQLite's words for a file that another server version made, or that is none. Such a server may run and serve nothing. */
const complaintIn = (text: string): string | null =>
  /no such (?:table|column): \w+|file is not a database|database disk image is malformed/.exec(text)?.[0] ?? null;

async function setDatabaseAside({ database }: Home, why: string, progress: StartOptions['progress']): Promise<void> {
  // The file itself last: an old write-ahead log beside a new file would spoil that one.
  for (const more of ['-wal', '-shm']) if (existsSync(`${database}${more}`)) await setAside(`${database}${more}`);
  const path = await setAside(database);
  progress(`this Temporal server can not read ${database} (${why}): set aside as ${path}, and begun anew.`);
  progress('Rollouts that ran in it are gone; their boxes keep their lease until `start-rollout --supersede` takes it over.');
}

async function didNotComeUp(home: Home, how: string): Promise<Fault> {
  return new Fault('TemporalUnreachable', `The embedded Temporal server did not come up: ${how}.`, {
    evidence: await logTail(home.logFile(NAME)),
    cure: `Read ${home.logFile(NAME)}; \`npm run down\` clears what is left.`,
  });
}
