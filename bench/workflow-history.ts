/** What Temporal wrote down of the last rollout. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Installation } from '../test/support/installation';
import { embeddedServer } from '../test/support/temporal-cli';

const exec = promisify(execFile);
/** Some kilobytes for each locker, and the plan with all its lockers a few times. */
const MAX_BYTES = 256 * 1024 * 1024;

export interface History {
  /** Epoch milliseconds. */
  readonly closedAt: number;
  readonly events: number;
  readonly workflowTasks: number;
  /** Looking at the box, resolving and planning: from the activity's schedule to its end. */
  readonly planMs: number;
  readonly stageMs: number;
}

interface Event {
  readonly eventId: string;
  readonly eventTime: string;
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: { readonly continuedExecutionRunId?: string };
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { readonly name: string } };
  readonly activityTaskCompletedEventAttributes?: { readonly scheduledEventId: string };
}

export async function lastHistory({ env, sandbox }: Installation): Promise<History> {
  const { address, binary } = await embeddedServer(env);
  const show = ['workflow', 'show', '-w', `box/${sandbox.box}`, '-o', 'json', '--address', address];
  const eventsOf = async (run: string[]): Promise<readonly Event[]> => {
    const { stdout } = await exec(binary, [...show, ...run], { maxBuffer: MAX_BYTES });
    return (JSON.parse(stdout) as { events: readonly Event[] }).events;
  };
  const runs = [await eventsOf([])];
  for (let before = runBefore(runs[0]); before; before = runBefore(runs[0])) runs.unshift(await eventsOf(['-r', before]));
  return historyOf(runs);
}

/** The run that continued as this one. */
const runBefore = (events: readonly Event[] = []): string | undefined =>
  events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;

/** Oldest run first. Pure. */
export function historyOf(runs: readonly (readonly Event[])[]): History {
  const [events, prepared] = [runs.flat(), runs[0] ?? []];
  const ofType = (type: string) => events.filter(({ eventType }) => eventType === `EVENT_TYPE_${type}`);
  // Ids begin anew in each run; plan and stage are in the first.
  const ends = new Map(prepared.map((event) => [event.activityTaskCompletedEventAttributes?.scheduledEventId, event]));
  const took = (name: string): number => {
    const begun = prepared.find((event) => event.activityTaskScheduledEventAttributes?.activityType.name === name);
    const ended = begun && ends.get(begun.eventId);
    return begun && ended ? Date.parse(ended.eventTime) - Date.parse(begun.eventTime) : Number.NaN;
  };
  return {
    closedAt: Date.parse(events.at(-1)?.eventTime ?? ''),
    events: events.length,
    workflowTasks: ofType('WORKFLOW_TASK_COMPLETED').length,
    planMs: took('planRollout'),
    stageMs: took('stageRelease'),
  };
}
