/** Namespace, retention and search attributes as wanted; what is so already is left alone. Says what it did, a line each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { Fault } from '../domain/faults';
import { registerSearchAttributes } from '../workers/register-search-attributes';

export interface Wanted {
  readonly namespace: string;
  readonly retentionDays: number;
}

const DAY_S = 86_400;
/** gRPC's numbers. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
/** The services of a cluster look for new namespaces every ten seconds. */
const KNOWN_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 500;

export async function setUpNamespace(connection: Connection, wanted: Wanted): Promise<readonly string[]> {
  const done = await ensureNamespace(connection, wanted);
  await untilKnown(connection, wanted.namespace);
  const added = await registerSearchAttributes(connection, wanted.namespace);
  return [
    `namespace ${wanted.namespace}: ${done}`,
    `search attributes: ${added.length === 0 ? 'all there already' : `added ${added.join(', ')}`}`,
  ];
}

async function ensureNamespace({ workflowService }: Connection, { namespace, retentionDays }: Wanted): Promise<string> {
  const workflowExecutionRetentionTtl = msToTs(retentionDays * DAY_S * 1_000);
  const kept = await retentionOf(workflowService, namespace);
  if (kept === null) {
    await workflowService
      .registerNamespace({
        namespace,
        description: 'Rollouts of Lockstep',
        workflowExecutionRetentionPeriod: workflowExecutionRetentionTtl,
      })
      // Two set-ups at once: the other one was first, with the same wish.
      .catch((error: unknown) => unless(ALREADY_EXISTS, error));
    return `made, ended rollouts are kept for ${retentionDays} days`;
  }
  if (kept === retentionDays) return `there already, ended rollouts are kept for ${retentionDays} days`;
  await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  return `ended rollouts are kept for ${retentionDays} days now (before: ${kept})`;
}

/** In days; null: there is no such namespace. */
async function retentionOf(service: Connection['workflowService'], namespace: string): Promise<number | null> {
  const described = await service.describeNamespace({ namespace }).catch((error: unknown) => unless(NOT_FOUND, error));
  return described === null ? null : Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_S;
}

async function untilKnown({ operatorService }: Connection, namespace: string): Promise<void> {
  const until = performance.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const known = await operatorService.listSearchAttributes({ namespace }).catch((error: unknown) => unless(NOT_FOUND, error));
    if (known !== null) return;
    if (performance.now() > until) throw unknown(namespace);
    await sleep(LOOK_EVERY_MS);
  }
}

/** null for an error of that kind. */
function unless(code: number, error: unknown): null {
  const status: number | null = isGrpcServiceError(error) ? error.code : null;
  if (status === code) return null;
  throw error;
}

const unknown = (namespace: string): Fault =>
  new Fault('TemporalUnreachable', `The Temporal server took the namespace ${namespace} but does not know it.`);
