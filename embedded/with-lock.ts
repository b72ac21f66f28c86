/**
 * One start at a time: the second waits for the first and then finds everything running. The lock
 * is a file that names its holder; one whose holder has died is taken over.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../domain/faults';
import { identityOf, isAlive } from './process-identity';

const LOOK_EVERY_MS = 100;

export interface LockOptions {
  readonly deadlineMs: number;
  /** Called once, when somebody else has the lock. */
  readonly onWait: (holderPid: number) => void;
}

export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await take(file, options);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string, { deadlineMs, onWait }: LockOptions): Promise<void> {
  const until = performance.now() + deadlineMs;
  let told = false;
  while (!(await create(file))) {
    const holder = await holderOf(file);
    if (holder === null) {
      if (!(await breakStale(file))) await sleep(LOOK_EVERY_MS);
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    if (performance.now() > until) throw heldTooLong(holder, file, deadlineMs);
    await sleep(LOOK_EVERY_MS);
  }
}

async function create(file: string): Promise<boolean> {
  const mine = `${file}.${randomUUID()}`;
  await writeFile(mine, JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }));
  try {
    // A link appears whole or not at all: nobody ever reads a half written lock.
    await link(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

/** null: the lock is gone or its holder has died. */
async function holderOf(file: string): Promise<number | null> {
  try {
    const { pid, identity } = JSON.parse(await readFile(file, 'utf8')) as { pid: number; identity: string };
    return isAlive(pid, identity) ? pid : null;
  } catch {
    return null;
  }
}

/** A dead breaker has left its mark; a living one needs some milliseconds. */
const BREAKER_WITHIN_MS = 5_000;

/**
 * Removes a dead holder's lock. Of all who see that it is dead only one may: whoever links the mark
 * first. What is marked is looked at again, since by then it may be somebody's living lock.
 * False: somebody else is at it.
 */
async function breakStale(file: string): Promise<boolean> {
  const mark = `${file}.stale`;
  try {
    await link(file, mark);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return true;
    const age = await stat(mark).then(
      ({ ctimeMs }) => Date.now() - ctimeMs,
      () => 0,
    );
    if (age > BREAKER_WITHIN_MS) await rm(mark, { force: true });
    return false;
  }
  if ((await holderOf(mark)) === null) await rm(file, { force: true });
  await rm(mark, { force: true });
  return true;
}

function heldTooLong(holder: number, file: string, deadlineMs: number): Fault {
  const words = `Another command (process ${holder}) has held ${file} for more than ${Math.round(deadlineMs / 1_000)} s.`;
  return new Fault('HomeUnusable', words, { cure: `Wait for it, or end it (kill ${holder}) and run this again.` });
}
