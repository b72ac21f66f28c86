/**
 * The only door to the Temporal client: CLI, console and chat go through the operations beside
 * this file and never see a Temporal error (map-error.ts).
 */
import { Client } from '@temporalio/client';
import type { ConnectionLike, WorkflowHandle } from '@temporalio/client';
import { workflowIdOf } from '../../workflows/messages';

export interface Door {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** Without a slash at its end; null: unknown. */
  readonly webUi: string | null;
}

export interface DoorOptions {
  readonly connection: ConnectionLike;
  readonly address: string;
  readonly namespace: string;
  readonly webUi: string | null;
}

export function openDoor({ connection, address, namespace, webUi }: DoorOptions): Door {
  return { client: new Client({ connection, namespace }), address, namespace, webUi: webUi?.replace(/\/+$/, '') ?? null };
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
