/**
 * One start at a time: the second waits for the first and then finds everything running. The lock
 * is a file that names its holder; one whose holder has died is taken over.
 */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
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
      await breakStale(file);
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    if (performance.now() > until) throw new Error(`process ${holder} has held ${file} for too long`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function create(file: string): Promise<boolean> {
  const mine = `${file}.${process.pid}`;
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

/** Moves a dead holder's lock away; if a living one came in between, its lock is put back. */
async function breakStale(file: string): Promise<void> {
  const aside = `${file}.stale-${process.pid}`;
  try {
    await rename(file, aside);
    if ((await holderOf(aside)) !== null) await link(aside, file);
  } catch {
    // Somebody else was quicker.
  } finally {
    await rm(aside, { force: true });
  }
}
