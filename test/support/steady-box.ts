/**
 * What every refusal is held against: the lockers of a box as they were (the same life of the same
 * build, serving, not quiesced), nothing owed, and nobody who holds the box.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { parse, stringify } from 'yaml';
import { openLockerd } from '../../box/client/call-lockerd';
import type { Lockerd } from '../../box/client/call-lockerd';
import type { Ended } from './cli';
import { finishedOf } from './installation';
import type { Sandbox } from './sandbox';

interface Seen {
  readonly locker: string;
  readonly boots: number;
  /** Pid and start time of its newest life. */
  readonly life: string;
  readonly signals: number;
  readonly build: string;
  readonly healthy: boolean;
  readonly quiesced: boolean;
}

export async function lockersOf(sandbox: Sandbox): Promise<Seen[]> {
  return Promise.all(
    sandbox.lockers.map(async (locker) => {
      const events = await sandbox.bootLog(locker);
      return {
        locker,
        boots: events.filter(({ event }) => event === 'boot').length,
        life: events.at(-1)?.startTime ?? '',
        signals: events.filter(({ event }) => event === 'signal').length,
        build: await sandbox.revision(locker),
        healthy: await sandbox.health(locker),
        quiesced: await sandbox.quiesced(locker),
      };
    }),
  );
}

/** A connection to the box's lockerd, as its own scripts have it. */
export async function withLockerd<T>(sandbox: Sandbox, work: (lockerd: Lockerd) => Promise<T>): Promise<T> {
  // Starts lockerd, in the box, if it is not up.
  await sandbox.exec('lockerctl', 'status');
  const lockerd = await openLockerd(connect(sandbox.boxConfig.socket));
  try {
    return await work(lockerd);
  } finally {
    lockerd.close();
  }
}

export async function expectSteady(sandbox: Sandbox, before: readonly Seen[]): Promise<void> {
  expect(await lockersOf(sandbox)).toEqual(before);
  const { lease, lockers } = await withLockerd(sandbox, (lockerd) => lockerd.call('inspect', { target: null }));
  expect(lease).toBeNull();
  expect(lockers.filter(({ owed, parked, next }) => owed !== null || parked !== null || next !== null)).toEqual([]);
}

interface Told {
  readonly code: string;
  readonly sentence: string;
  readonly cure: string;
  readonly evidence: readonly string[];
}

/** The one error of a `--json` run that began nothing, or the fault of a rollout that failed: said in full. */
export function toldBy(ended: Ended): Told & { readonly exit: number | null } {
  const last = finishedOf(ended);
  const errors = ended.objects.filter(({ kind }) => kind === 'error');
  if (errors.length > 1) throw new Error(`more than one error:\n${ended.stdout}`);
  const told = (last.kind === 'error' ? last : last['fault']) as Told | null;
  if (!told) throw new Error(`no error was told (exit ${ended.code})\n${ended.stdout}\n${ended.stderr}`);
  expect(told.sentence).toMatch(/\S.*[.?!)]$/s);
  expect(told.cure).not.toBe('');
  // A stack is for bugs.
  expect(ended.stderr).not.toMatch(/^\s+at .*\(/m);
  return { ...told, exit: ended.code };
}

// A fleet file is edited here into what no type allows.
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;

/** With fleet.yaml changed; it is put back whatever happens. */
export async function withFleet<T>(
  { fleetFile }: Sandbox,
  change: ((fleet: Loose) => void) | string,
  work: () => Promise<T>,
): Promise<T> {
  const text = await readFile(fleetFile, 'utf8');
  const fleet: Loose = parse(text);
  if (typeof change === 'function') change(fleet);
  await writeFile(fleetFile, typeof change === 'string' ? change : stringify(fleet));
  try {
    return await work();
  } finally {
    await writeFile(fleetFile, text);
  }
}

/** As a box that people live on: it is not made or mended by the commands, and starts are confirmed. */
export async function notASandbox(sandbox: Sandbox): Promise<void> {
  const fleet: Loose = parse(await readFile(sandbox.fleetFile, 'utf8'));
  for (const box of Object.values<Loose>(fleet.boxes)) box.sandbox = false;
  await writeFile(sandbox.fleetFile, stringify(fleet));
}
