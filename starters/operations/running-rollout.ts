/** What Temporal itself knows of a box's rollout, without asking the workflow. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { ask } from './ask';
import { whyStuck } from './ask-rollout';
import { rolloutHandle } from './door';
import type { Door } from './door';
import { stepsNow } from './steps-now';

export interface RunningRollout {
  readonly workflowId: string;
  readonly runId: string;
  readonly state: 'running' | 'paused-in-temporal' | 'closed';
  readonly startedAt: Date;
  /** As claimed at the start; null: started by other means than ours. */
  readonly by: string | null;
  readonly rollout: string | null;
  /** Search attributes and pause, one a line: what can be said while the workflow answers nothing. */
  readonly known: readonly string[];
  /** What its steps in flight say. */
  readonly steps: readonly string[];
  /** Why its workflow code fails in its worker, again and again; null: it does not. */
  readonly failing: string | null;
}

/** null: none ever ran (or the server has forgotten it). */
export async function lastRollout(door: Door, box: string): Promise<RunningRollout | null> {
  const described = await ask(door, box, async () => {
    try {
      return await rolloutHandle(door, box).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  });
  if (described === null) return null;
  const failing = mayFail(described) ? await whyStuck(door, box, described.runId) : null;
  return { ...fromDescription(described), failing, steps: await stepsNow(described, door.codecs) };
}

function fromDescription(described: WorkflowExecutionDescription): Omit<RunningRollout, 'steps' | 'failing'> {
  const text = (key: string) => memoText(described.memo, key);
  return {
    workflowId: described.workflowId,
    runId: described.runId,
    state: stateOf(described.status.name),
    startedAt: described.startTime,
    by: text('by'),
    rollout: text('rollout'),
    known: [...pauseOf(described), ...attributesOf(described)],
  };
}

/** Cheap, and on the safe side: a task that is tried again may also have lost its worker. */
function mayFail({ status, raw, searchAttributes }: WorkflowExecutionDescription): boolean {
  if (status.name !== 'RUNNING' && status.name !== 'PAUSED') return false;
  return (raw.pendingWorkflowTask?.attempt ?? 0) > 1 || reportsProblems(searchAttributes);
}

/** The server's own attribute, of a workflow whose tasks have failed several times. */
export const reportsProblems = (attributes: Readonly<Record<string, unknown>> | undefined): boolean =>
  attributes?.['TemporalReportedProblems'] !== undefined;

export function memoText(memo: Record<string, unknown> | undefined, key: string): string | null {
  const value = memo?.[key];
  return typeof value === 'string' ? value : null;
}

function stateOf(name: string): RunningRollout['state'] {
  if (name === 'RUNNING') return 'running';
  return name === 'PAUSED' ? 'paused-in-temporal' : 'closed';
}

function pauseOf({ raw }: WorkflowExecutionDescription): string[] {
  const pause = raw.workflowExtendedInfo?.pauseInfo;
  if (!pause) return [];
  const since = new Date(Number(pause.pausedTime?.seconds ?? 0) * 1_000).toISOString();
  return [`paused by ${pause.identity ?? '?'} since ${since}${pause.reason ? `: ${pause.reason}` : ''}`];
}

function attributesOf({ typedSearchAttributes }: WorkflowExecutionDescription): string[] {
  return typedSearchAttributes
    .getAll()
    .filter(({ key }) => key.name.startsWith('Lockstep'))
    .map(({ key, value }) => `${key.name.replace('Lockstep', '').toLowerCase()}: ${String(value)}`)
    .toSorted();
}
