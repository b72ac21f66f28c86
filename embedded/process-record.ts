/** What was started in the background, written beside its log so that later commands reuse it and `down` ends it. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Home } from './home';
import { isAlive } from './process-identity';

const ProcessRecord = z.object({
  format: z.literal(1),
  pid: z.int().positive(),
  /** See process-identity.ts. */
  identity: z.string(),
  at: z.string(),
  /** What it was started from; another one now means: start it anew. */
  fingerprint: z.string(),
  detail: z.record(z.string(), z.string()),
});
export type ProcessRecord = z.infer<typeof ProcessRecord>;
export type ProcessName = 'temporal' | 'worker';

/** null: never started, or the record can't be read (then nothing may be ended by it either). */
export async function readRecord(home: Home, name: string): Promise<ProcessRecord | null> {
  try {
    const parsed = ProcessRecord.safeParse(JSON.parse(await readFile(home.record(name), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export async function writeRecord(home: Home, name: string, record: ProcessRecord): Promise<void> {
  const file = home.record(name);
  await writeFile(`${file}.tmp`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${file}.tmp`, file);
}

export async function forgetRecord(home: Home, name: string): Promise<void> {
  await rm(home.record(name), { force: true });
}

export const runs = (record: ProcessRecord | null): record is ProcessRecord =>
  record !== null && isAlive(record.pid, record.identity);
