import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';

/** A worker's own way to the server, and a client over it. */
export interface Connected {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly client: Client;
}
