/** What in a history ends a run, and what of it a reset would drop: read from the newest event on. */
import { temporal } from '@temporalio/proto';
import { carriedOver } from '../../../workers/mending/carried-over';
import type { HistoryEvent } from '../../../workers/mending/history-tail';
import { loneFailureIn } from '../../../workers/mending/lone-failure';

const { EventType } = temporal.api.enums.v1;
type Name = keyof typeof EventType;
type Told = Omit<HistoryEvent, 'eventId' | 'eventType'>;

/** In the order in which they happened, numbered from 1. */
async function* history(...events: readonly (readonly [name: string, told?: Told])[]): AsyncGenerator<HistoryEvent> {
  const whole = events.map(([name, told = {}], at) => ({
    ...told,
    eventId: (at + 1) as never,
    eventType: EventType[`EVENT_TYPE_${name}` as Name],
  }));
  yield* whole.toReversed();
}

const failed = (startedEventId: number): Told => ({
  workflowTaskFailedEventAttributes: { startedEventId: startedEventId as never },
});
const LONE = ['WORKFLOW_TASK_FAILED', failed(0)] as const;
const STARTED = ['WORKFLOW_EXECUTION_STARTED'] as const;
const SCHEDULED = ['WORKFLOW_TASK_SCHEDULED'] as const;
const COMPLETED = ['WORKFLOW_TASK_COMPLETED'] as const;
const PAUSED = [
  'WORKFLOW_EXECUTION_PAUSED',
  { workflowExecutionPausedEventAttributes: { identity: 'ann', reason: 'why' } },
] as const;
const UNPAUSED = ['WORKFLOW_EXECUTION_UNPAUSED'] as const;
const TERMINATED = [
  'WORKFLOW_EXECUTION_TERMINATED',
  { workflowExecutionTerminatedEventAttributes: { reason: 'mended' } },
] as const;
const CANCELED = [
  'WORKFLOW_EXECUTION_CANCEL_REQUESTED',
  { workflowExecutionCancelRequestedEventAttributes: { identity: 'bob', cause: 'enough' } },
] as const;

test.each([
  ['a task that failed without a start', [STARTED, SCHEDULED, LONE, PAUSED, UNPAUSED], 3],
  [
    'the first of several, since none after it was ever read',
    [COMPLETED, SCHEDULED, LONE, PAUSED, UNPAUSED, SCHEDULED, LONE, PAUSED],
    3,
  ],
  ['none where a worker has started the task and failed it', [COMPLETED, SCHEDULED, ['WORKFLOW_TASK_FAILED', failed(2)]], null],
  ['none that a worker has read past', [SCHEDULED, LONE, PAUSED, UNPAUSED, SCHEDULED, COMPLETED], null],
  ['none in a history without a failure', [STARTED, SCHEDULED], null],
] as const)('%s', async (_, events, found) => {
  const lone = await loneFailureIn(history(...events));
  expect(lone === null ? null : Number(lone.eventId)).toBe(found);
});

test.each([
  ['nothing, after an ordinary pause', [COMPLETED, LONE, PAUSED, UNPAUSED, TERMINATED], { cancel: null, pause: null }],
  [
    'a pause of the last moment',
    [COMPLETED, LONE, PAUSED, UNPAUSED, PAUSED, TERMINATED],
    { cancel: null, pause: { identity: 'ann', reason: 'why' } },
  ],
  [
    'a request to cancel',
    [COMPLETED, LONE, PAUSED, CANCELED, UNPAUSED, TERMINATED],
    { cancel: { identity: 'bob', reason: 'enough' }, pause: null },
  ],
  [
    "nothing of a run that a person's reset has ended",
    [COMPLETED, LONE, PAUSED, CANCELED, ['WORKFLOW_EXECUTION_TERMINATED']],
    null,
  ],
] as const)('what is carried over: %s', async (_, events, carried) => {
  expect(await carriedOver(history(...events), 'mended')).toEqual(carried);
});
