/**
 * The only door to the Temporal client: CLI, console and chat go through the operations beside
 * this file and never see a Temporal error (map-error.ts).
 */
import { Client } from '@temporalio/client';
import type { ConnectionLike, WorkflowHandle } from '@temporalio/client';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { workflowIdOf } from '../../workflows/messages';

export interface Door {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** Without a slash at its end; null: unknown. */
  readonly webUi: string | null;
  /** What payloads are read with that the client does not read itself. */
  readonly codecs: readonly PayloadCodec[];
}

export interface DoorOptions {
  readonly connection: ConnectionLike;
  readonly address: string;
  readonly namespace: string;
  readonly webUi: string | null;
  /** The workers' (codec/): what they encrypt can be read, and what is asked is encrypted. */
  readonly dataConverter?: DataConverter;
}

export function openDoor({ connection, address, namespace, webUi, dataConverter }: DoorOptions): Door {
  const client = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
  return {
    client,
    address,
    namespace,
    webUi: webUi?.replace(/\/+$/, '') ?? null,
    codecs: dataConverter?.payloadCodecs ?? [],
  };
}

/** The page of a box's rollout in the Temporal Web UI. */
export function webUiOf(door: Door, box: string, runId?: string): string | null {
  if (door.webUi === null) return null;
  const page = `${door.webUi}/namespaces/${door.namespace}/workflows/${encodeURIComponent(workflowIdOf(box))}`;
  return runId === undefined ? page : `${page}/${runId}/history`;
}

/** `runId`: of one that is not the last any more. */
export function rolloutHandle(door: Door, box: string, runId?: string): WorkflowHandle {
  return door.client.workflow.getHandle(workflowIdOf(box), runId);
}
