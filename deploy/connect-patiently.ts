/** The connection to a server that may still be starting: one that refuses us will do so in a minute too. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ConnectionOptions } from '@temporalio/client';
import { Fault } from '../domain/faults';
import { connect } from '../embedded/connect';

export interface Patience {
  readonly withinMs: number;
  readonly progress: (line: string) => void;
}

const AGAIN_AFTER_MS = 1_000;

export async function connectPatiently(
  options: ConnectionOptions & { address: string },
  { withinMs, progress }: Patience,
): Promise<Connection> {
  const until = performance.now() + withinMs;
  for (let first = true; ; first = false) {
    try {
      return await connect(options);
    } catch (error) {
      const hopeless = !(error instanceof Fault) || error.code !== 'TemporalUnreachable';
      if (hopeless || performance.now() > until) throw error;
      if (first) progress(`waiting for the Temporal server at ${options.address}`);
      await sleep(AGAIN_AFTER_MS);
    }
  }
}
