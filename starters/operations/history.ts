/** The rollouts of a box that Temporal remembers, newest first. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { Finished } from '../../domain/model/status';
import { workflowIdOf } from '../../workflows/messages';
import { ask } from './ask';
import type { Door } from './door';
import { memoText, reportsProblems } from './running-rollout';

export interface PastRollout {
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly by: string | null;
  readonly rollout: string | null;
  readonly runId: string;
  /** The result's state; while it runs, or where it gave none, Temporal's word in lower case; `stuck` where its tasks fail, `reset` where it goes on in the next run. */
  readonly state: string;
  readonly finished: Finished | null;
}

export async function history(door: Door, box: string, limit: number): Promise<readonly PastRollout[]> {
  const query = `WorkflowId = '${workflowIdOf(box)}'`;
  const infos = await ask(door, box, async () => {
    const found: WorkflowExecutionInfo[] = [];
    for await (const info of door.client.workflow.list({ query, pageSize: limit })) {
      // A continued run is the same rollout: its last run tells the result.
      if (info.status.name !== 'CONTINUED_AS_NEW') found.push(info);
      if (found.length === limit) break;
    }
    return found;
  });
  const past = await Promise.all(infos.map((info) => pastOf(door, box, info)));
  return past.map((one, at) => (wentOn(one, past[at - 1]) ? { ...one, state: 'reset' } : one));
}

/** Terminated by a reset: the same rollout goes on in the run after it. */
const wentOn = ({ state, rollout }: PastRollout, next: PastRollout | undefined): boolean =>
  state === 'terminated' && rollout !== null && rollout === next?.rollout;

async function pastOf(door: Door, box: string, info: WorkflowExecutionInfo): Promise<PastRollout> {
  const finished = info.status.name === 'COMPLETED' ? await resultOf(door, box, info.runId) : null;
  const text = (key: string) => memoText(info.memo, key);
  return {
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
    by: text('by'),
    rollout: text('rollout'),
    runId: info.runId,
    state: finished?.state ?? (isStuck(info) ? 'stuck' : info.status.name.toLowerCase()),
    finished,
  };
}

const isStuck = ({ status, searchAttributes }: WorkflowExecutionInfo): boolean =>
  status.name === 'RUNNING' && reportsProblems(searchAttributes);

async function resultOf(door: Door, box: string, runId: string): Promise<Finished> {
  const handle = door.client.workflow.getHandle(workflowIdOf(box), runId);
  return ask(door, box, () => handle.result() as Promise<Finished>);
}
