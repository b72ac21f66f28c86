/** The embedded server that runs, or a new one on the same file. */
import { answers } from './connect';
import { endProcess } from './end-process';
import { recoverRecord } from './lost-process';
import { runs } from './process-record';
import { startServer } from './start-server';
import type { StartOptions } from './start-server';
import { serverOf } from './temporal-server';
import type { EmbeddedServer } from './temporal-server';

/** One that is well answers in milliseconds. */
const AT_ONCE_MS = 2_000;
/** A long history and a machine under load take this long at most. */
const ANSWERS_WITHIN_MS = 30_000;
const END_WITHIN_MS = 5_000;

/** Only under the start lock. */
export async function ensureServer(options: StartOptions): Promise<EmbeddedServer> {
  const { home, progress } = options;
  const record = await recoverRecord(home, 'temporal');
  const before = record?.detail ?? {};
  if (runs(record)) {
    const server = serverOf(record.detail);
    if (await answers(server.address, AT_ONCE_MS)) return server;
    progress(`waiting for the Temporal server (process ${record.pid}) at ${server.address} to answer`);
    if (await answers(server.address, ANSWERS_WITHIN_MS)) return server;
    progress(`the Temporal server (process ${record.pid}) does not answer; starting it anew`);
    await endProcess(record, END_WITHIN_MS);
  } else if ('port' in before) progress('the Temporal server has ended; starting it on its file again');
  return startServer(options, before);
}
