/**
 * A server or worker of this home that no record names: the command that started it died before it wrote
 * one, or somebody removed it. It is known by its own command line, word for word as we start it, so that
 * two servers never share one database. Linux only; elsewhere nothing is lost that could be found.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../domain/faults';
import type { Home } from './home';
import { identityOf, startedAt } from './process-identity';
import { readRecord, runs, writeRecord } from './process-record';
import type { ProcessName, ProcessRecord } from './process-record';

interface Seen {
  readonly pid: number;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
/** null: it is none of ours. */
type Recognise = (seen: Seen, home: Home) => ProcessRecord['detail'] | null;

const RECOGNISE: Readonly<Record<ProcessName, Recognise>> = { temporal: serverDetail, worker: workerDetail };
/** Another fingerprint than any: a worker of unknown code is started anew. */
const UNKNOWN = 'unknown';

/** The record, else one of what was found; null: nothing runs and nothing is written. */
export async function findRecord(home: Home, name: ProcessName): Promise<ProcessRecord | null> {
  const record = await readRecord(home, name);
  return runs(record) ? record : ((await findLost(home, name)) ?? record);
}

/** The same, and what was found is written down. Only under the start lock. */
export async function recoverRecord(home: Home, name: ProcessName): Promise<ProcessRecord | null> {
  const record = await findRecord(home, name);
  if (runs(record)) await writeRecord(home, name, record);
  return record;
}

async function findLost(home: Home, name: ProcessName): Promise<ProcessRecord | null> {
  for (const seen of await ownProcesses()) {
    const detail = RECOGNISE[name](seen, home);
    const identity = identityOf(seen.pid);
    if (detail === null || identity === null) continue;
    return { format: 1, pid: seen.pid, identity, at: startedAt(seen.pid) ?? '', fingerprint: UNKNOWN, detail };
  }
  return null;
}

function serverDetail({ pid, words }: Seen, { database }: Home): ProcessRecord['detail'] | null {
  if (after(words, '--db-filename') !== database) return null;
  const [binary = '', ...rest] = words;
  const [port, uiPort] = [after(words, '--port'), after(words, '--ui-port')];
  if (rest[0] === 'server' && rest[2] === '--db-filename' && port !== null && uiPort !== null) return { port, uiPort, binary };
  throw new Fault('HomeUnusable', `Process ${pid} uses ${database}, and it was not started from here.`, {
    evidence: [words.join(' ')],
    cure: `End it (kill ${pid}), or set LOCKSTEP_HOME to another folder.`,
  });
}

function workerDetail({ words, env }: Seen, { root }: Home): ProcessRecord['detail'] | null {
  const { LOCKSTEP_HOME: home, LOCKSTEP_FLEET: fleetFile, TEMPORAL_ADDRESS: address } = env;
  const isWorker = words[1] === '--import' && words[3]?.endsWith('/workers/main.ts') === true && words.length === 4;
  if (!isWorker || home !== root || fleetFile === undefined || address === undefined) return null;
  return { fleetFile, address };
}

function after(words: readonly string[], flag: string): string | null {
  const at = words.indexOf(flag);
  return at < 0 ? null : (words[at + 1] ?? null);
}

async function ownProcesses(): Promise<Seen[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(pids.map(lookAt));
  return seen.filter((one) => one !== null);
}

/** null: it has ended, or it is somebody else's. */
async function lookAt(pid: string): Promise<Seen | null> {
  try {
    const { uid } = await stat(join('/proc', pid));
    if (uid !== process.getuid?.()) return null;
    const [words = [], entries = []] = await Promise.all(
      ['cmdline', 'environ'].map(async (file) => (await readFile(join('/proc', pid, file), 'utf8')).split('\0').slice(0, -1)),
    );
    const env = Object.fromEntries(
      entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
    return { pid: Number(pid), words, env };
  } catch {
    return null;
  }
}
