/** Starts a box's rollout. Its id is made here, once, and kept through continue-as-new and reset. */
import { randomUUID } from 'node:crypto';
import { TASK_QUEUES } from '../../activities/contract';
import { Fault } from '../../domain/faults';
import { bounded, MEMO_BYTES, SUMMARY_BYTES } from '../../domain/model/bounded';
import type { BoxName } from '../../domain/model/ids';
import type { PolicyInput } from '../../domain/model/policy';
import type { Force } from '../../domain/plan/direction';
import { workflowIdOf } from '../../workflows/messages';
import type { BoxRolloutInput, Undo } from '../../workflows/messages';
import { ask } from './ask';
import { webUiOf } from './door';
import type { Door } from './door';
import { lastRollout } from './running-rollout';
import type { RunningRollout } from './running-rollout';

export interface StartRollout {
  readonly box: BoxName;
  readonly ref: string | null;
  readonly policy: PolicyInput;
  readonly except?: readonly string[];
  readonly force?: Force;
  readonly overrides?: readonly string[];
  readonly by: string;
  /** Why, for who approves it. */
  readonly why?: string;
  /** Digest of the plan that was shown; null: nobody was asked. */
  readonly expectedDigest: string | null;
  /** Takes the box's lease by force: one that was left behind, a script's. A workflow that runs here is ended before (end-running.ts). */
  readonly supersede?: boolean;
}
/** Takes back a rollout that has ended. */
export interface StartUndo {
  readonly box: BoxName;
  readonly by: string;
  readonly undo: Undo;
}
export interface Started {
  readonly rollout: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly webUi: string | null;
}

export function startRollout(door: Door, request: StartRollout): Promise<Started> {
  const summary = `rollout of ${request.box} to ${request.ref ?? "the fleet file's ref"}, by ${request.by}`;
  return start(door, { ...request, rollout: randomUUID() }, summary);
}

export function startUndo(door: Door, { box, by, undo }: StartUndo): Promise<Started> {
  const input = { box, by, undo, ref: null, policy: {}, expectedDigest: null, rollout: randomUUID() };
  return start(door, input, `roll-back of ${box} from ${undo.plan.release.label}, by ${by}`);
}

async function start(door: Door, input: BoxRolloutInput, summary: string): Promise<Started> {
  const { box, by, rollout } = input;
  const options = {
    workflowId: workflowIdOf(box),
    taskQueue: TASK_QUEUES.workflows,
    args: [input],
    memo: { by: bounded(by, MEMO_BYTES), rollout },
    staticSummary: bounded(summary, SUMMARY_BYTES),
  };
  const handle = await ask(door, box, () => door.client.workflow.start('boxRollout', options)).catch(async (error: unknown) => {
    await refuseIfRunning(door, box);
    throw error;
  });
  const runId = handle.firstExecutionRunId;
  return { rollout, workflowId: handle.workflowId, runId, webUi: webUiOf(door, box, runId) };
}

/** Early and friendly; the box's lease is the real lock. */
export async function refuseIfRunning(door: Door, box: string): Promise<void> {
  const last = await lastRollout(door, box);
  if (last !== null && last.state !== 'closed') throw alreadyRunning(box, last);
}

function alreadyRunning(box: string, { workflowId, by, startedAt, rollout, known }: RunningRollout): Fault {
  const since = `since ${startedAt.toISOString()}`;
  const sentence = `A rollout already runs on ${box}: workflow ${workflowId}, started by ${by ?? 'somebody unknown'}, ${since}.`;
  return new Fault('AlreadyRunning', sentence, {
    evidence: [...(rollout === null ? [] : [`rollout ${rollout}`]), ...known],
    cure: `Follow it with \`npm run lockstep -- watch --box ${box}\`, abort it, or abort it and start at once with \`start-rollout --supersede\`.`,
  });
}
