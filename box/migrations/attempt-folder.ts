/**
 * One run of a migration (or of its undo) as files, `<state>/migrations/<service>/<id>/<scope>/<attempt>/`:
 *
 *   begin.json    what is to be run, written by lockerd before its runner is started
 *   started       made once and never again, by whoever may begin: the runner, or lockerd to say that nobody will
 *   output        what the command printed
 *   result.json   what it came to, by the runner
 *
 * `started` is the whole promise of at most once: two runners of one attempt can't both make it, and
 * neither can one that comes late to an attempt that lockerd has given up.
 */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../release/versions';

export const Begin = z.strictObject({
  argv: z.array(z.string()).min(1),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  /** Left out where lockerd itself is not root. */
  owner: z.strictObject({ uid: z.int(), gid: z.int() }).nullable(),
  timeoutMs: z.int().positive(),
});
export type Begin = z.infer<typeof Begin>;

export const Started = z.discriminatedUnion('by', [
  /** Pids come round again; with the start time and the boot they don't. */
  z.strictObject({ by: z.literal('runner'), pid: z.int(), startTime: z.string(), bootId: z.string(), at: z.string() }),
  /** Given up before it began: no runner may begin it any more. */
  z.strictObject({ by: z.literal('nobody'), at: z.string() }),
]);
export type Started = z.infer<typeof Started>;

export const Result = z.strictObject({
  /** null: killed by a signal, or never started. */
  code: z.int().nullable(),
  signal: z.string().nullable(),
  /** Killed by its own deadline. */
  timedOut: z.boolean(),
  /** Such as ENOENT. */
  startError: z.string().nullable(),
  tookMs: z.number(),
  lastLines: z.array(z.string()),
});
export type Result = z.infer<typeof Result>;

const FILES = { begin: 'begin.json', started: 'started', result: 'result.json' } as const;

export const readBegin = (folder: string): Promise<Begin | null> => read(folder, FILES.begin, Begin);
export const readStarted = (folder: string): Promise<Started | null> => read(folder, FILES.started, Started);
export const readResult = (folder: string): Promise<Result | null> => read(folder, FILES.result, Result);
export const outputOf = (folder: string): string => join(folder, 'output');

export const writeBegin = (folder: string, begin: Begin): Promise<void> => replace(folder, FILES.begin, begin);
export const writeResult = (folder: string, result: Result): Promise<void> => replace(folder, FILES.result, result);

/** False: somebody has it already. Its content is there from the first moment on, and on the disk on return. */
export async function claim(folder: string, started: Started): Promise<boolean> {
  const temporary = temporaryFor(folder, FILES.started);
  await writeSynced(temporary, started);
  try {
    await link(temporary, join(folder, FILES.started));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
  return true;
}

async function read<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    // One that is there and can't be read must not count as one that is not.
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : schema.parse(JSON.parse(text));
}

async function replace(folder: string, name: string, value: unknown): Promise<void> {
  const temporary = temporaryFor(folder, name);
  await writeSynced(temporary, value);
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}

const temporaryFor = (folder: string, name: string): string => join(folder, `.${name}-${randomBytes(4).toString('hex')}`);

async function writeSynced(file: string, value: unknown): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(value)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
