/** Looks on this side; starts nothing. */
import type { FleetPort } from '../../activities/ports/fleet-port';
import { Fault } from '../../domain/faults';
import { connect } from '../../embedded/connect';
import { lockstepHome } from '../../embedded/home';
import { queuesWithoutWorker } from '../../embedded/pollers';
import { readRecord, runs } from '../../embedded/process-record';
import { serverOf } from '../../embedded/temporal-server';
import { namedTemporal } from '../../embedded/temporal-config';
import { openDoor } from '../operations/door';
import { stuckRollouts } from '../operations/stuck-rollouts';
import { SEARCH_ATTRIBUTES } from '../../workflows/messages';
import type { SeenLocally, SeenTemporal } from './local-findings';

export async function lookLocally(env: NodeJS.ProcessEnv, fleet: { file: string; port: FleetPort }): Promise<SeenLocally> {
  const read = await orFault(async () => Object.keys((await fleet.port.read()).boxes));
  const temporal = await orFault(() => lookAtTemporal(env));
  return {
    node: process.version,
    fleet: read instanceof Fault ? { fault: read.details } : { file: fleet.file, boxes: read },
    temporal: temporal instanceof Fault ? { kind: 'fault', fault: temporal.details } : temporal,
  };
}

export async function orFault<T>(work: () => Promise<T>): Promise<T | Fault> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

async function lookAtTemporal(env: NodeJS.ProcessEnv): Promise<SeenTemporal> {
  const named = namedTemporal(env) ?? (await embeddedTemporal(env));
  if (named === null) return { kind: 'not-started' };
  const { address, namespace } = named;
  const connection = await connect({ ...named.options, address });
  try {
    const seen = { kind: 'answers', address, namespace } as const;
    const fault = await connection.workflowService.describeNamespace({ namespace }).then(
      () => null,
      (error: Error) => error.message,
    );
    if (fault !== null) return { ...seen, namespaceFault: fault, missingAttributes: [], silentQueues: [], stuck: [] };
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missingAttributes = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
    return {
      ...seen,
      namespaceFault: null,
      missingAttributes,
      silentQueues: await queuesWithoutWorker(connection, namespace, 0),
      stuck: await stuckRollouts(openDoor({ connection, address, namespace, webUi: null })),
    };
  } finally {
    await connection.close();
  }
}

async function embeddedTemporal(env: NodeJS.ProcessEnv): Promise<{ address: string; namespace: string; options: object } | null> {
  const record = await readRecord(lockstepHome(env), 'temporal');
  return runs(record) ? { address: serverOf(record.detail).address, namespace: 'default', options: {} } : null;
}
