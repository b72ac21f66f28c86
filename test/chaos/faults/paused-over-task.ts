/**
 * Temporal's own pause in the very moment in which a message has scheduled a workflow task that no
 * worker has taken yet: the history that it leaves can be read by no worker, and is mended.
 */
import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import type { FaultKind } from '../contract';
import { temporalCli } from '../../support/temporal-cli';
import { askTemporal } from './ask-temporal';
import type { AskedTemporal } from './ask-temporal';

const { WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED: BEFORE_STARTED } =
  temporal.api.enums.v1.WorkflowTaskFailedCause;
const LONG_MS = 75_000;
const SHORT_MS = 10_000;
/** A worker with nothing else to do is often the quicker one. */
const TRIES = 40;

export const pausedOverTask: FaultKind = {
  name: 'paused-over-task',
  group: 'person',
  about:
    '*Pause Workflow* in the moment in which a message waits for a worker, which leaves a history that no worker can read; unpaused after up to 10 s, one time in three 75 s',
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: async (world) => {
    const struck = await askTemporal(world, hitTask);
    if ('missed' in struck && struck.missed) return struck;
    const mendAfterMs = world.random.number(3) === 0 ? LONG_MS : world.random.number(SHORT_MS);
    const unpause = ['workflow', 'unpause', '-w', world.workflowId, '--reason', 'chaos'];
    const mend = async () => {
      // Where no try has hit the task in time the rollout may have ended meanwhile.
      await temporalCli(world.installation.env, unpause).catch((error: unknown) => {
        if (!/not paused|completed|not found/i.test(String(error))) throw error;
      });
    };
    return { what: `${struck.what}, for ${(mendAfterMs / 1_000).toFixed(1)} s`, mendAfterMs, mend };
  },
};

/** Leaves it paused. */
async function hitTask({ client, handle }: AskedTemporal): Promise<string> {
  const asked = () => ({
    namespace: 'default',
    workflowId: handle.workflowId,
    identity: 'chaos',
    reason: 'chaos',
    requestId: randomUUID(),
  });
  for (let tries = 1; ; tries += 1) {
    // Refused where no gate stands: it changes nothing but the notes.
    const message = handle.signal('reject', { actor: 'chaos', batch: 9_999, planDigest: 'none' });
    await Promise.all([message, client.workflowService.pauseWorkflowExecution(asked())]);
    const { events } = await handle.fetchHistory();
    const hit = events?.some(({ workflowTaskFailedEventAttributes: failed }) => failed?.cause === BEFORE_STARTED);
    if (hit || tries === TRIES)
      return `paused in Temporal, ${hit ? 'over a task that waited' : 'never over a task'} (${tries} tries)`;
    await client.workflowService.unpauseWorkflowExecution(asked());
  }
}
