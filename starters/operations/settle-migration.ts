/** A person's word on an undecided migration, by a short workflow on the workers: nobody here dials a box. */
import { randomUUID } from 'node:crypto';
import { TASK_QUEUES } from '../../activities/contract';
import type { SettleMigration } from '../../activities/contract';
import { settleIdOf } from '../../workflows/messages';
import { ask } from './ask';
import type { Door } from './door';

const WITHIN_MS = 5 * 60_000;

export async function settleMigration(door: Door, request: SettleMigration): Promise<readonly string[]> {
  const { box, migration, as, by } = request;
  const settle = () =>
    door.client.workflow.execute('boxSettleMigration', {
      workflowId: settleIdOf(box, randomUUID().slice(0, 8)),
      taskQueue: TASK_QUEUES.workflows,
      args: [request],
      workflowExecutionTimeout: WITHIN_MS,
      staticSummary: `migration ${migration} on ${box} settled as ${as}, by ${by}`,
    }) as Promise<{ readonly settled: readonly string[] }>;
  return (await ask(door, box, settle, WITHIN_MS)).settled;
}
