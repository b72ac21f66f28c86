/** A client's connection to a Temporal server, with a deadline and one clear sentence when there is none. */
import { Connection } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';
import { Fault } from '../domain/faults';
import { QUIET_RETRY } from './quiet-after-close';

/** Long enough for a server far away, short enough for a person who waits. */
const CONNECT_WITHIN_MS = 8_000;

export async function connect(options: ConnectionOptions & { address: string }): Promise<Connection> {
  try {
    return await Connection.connect({ connectTimeout: CONNECT_WITHIN_MS, interceptors: [...QUIET_RETRY], ...options });
  } catch (error) {
    throw refusedOrUnreachable(options.address, error as Error);
  }
}

/** A missing or wrong key or right: in the words of the client's SDK, and of the worker's. */
const REFUSED = /UNAUTHENTICATED|PERMISSION_DENIED|not have valid authentication|not have permission/;

export function refusedOrUnreachable(address: string, error: Error): Fault {
  const evidence = messagesOf(error);
  return evidence.some((message) => REFUSED.test(message))
    ? new Fault('TemporalRefused', `The Temporal server at ${address} refused us.`, { evidence })
    : new Fault('TemporalUnreachable', `The Temporal server at ${address} can not be reached.`, { evidence });
}

/** The SDK says that it failed, and its cause says why. */
function messagesOf(error: Error): string[] {
  const first = error.message.split('\n')[0] ?? '';
  const behind = error.cause instanceof Error ? messagesOf(error.cause) : [];
  return [first, ...behind.filter((message) => message !== first)];
}

/** Does a Temporal server answer there now? */
export async function answers(address: string, withinMs: number): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: withinMs, interceptors: [...QUIET_RETRY] });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
