/** The connection that environment and profile name (TEMPORAL_ADDRESS and its like), or one clear sentence. */
import { NativeConnection } from '@temporalio/worker';
import { refusedOrUnreachable } from '../embedded/connect';
import { temporalConfig } from '../embedded/temporal-config';

export interface Connected {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly address: string;
}

/** The SDK retries for long on its own; a person wants to know sooner. */
const TIMEOUT_MS = 10_000;

export async function connectToTemporal(env: NodeJS.ProcessEnv): Promise<Connected> {
  const { connectionOptions, namespace = 'default' } = temporalConfig(env);
  const address = connectionOptions.address ?? 'localhost:7233';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  try {
    const connection = await Promise.race([NativeConnection.connect(connectionOptions), late]);
    return { connection, namespace, address };
  } catch (error) {
    throw refusedOrUnreachable(address, error as Error);
  } finally {
    clearTimeout(timer);
  }
}
