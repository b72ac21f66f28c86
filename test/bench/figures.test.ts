import { lowerBound, percentile } from '../../bench/figures';
import { intentTimes, linesIn } from '../../bench/journal-lines';
import { lifeOf } from '../../bench/locker-lives';
import { pressureOf } from '../../bench/pressure-watch';
import { historyOf } from '../../bench/workflow-history';

const at = (seconds: number) => new Date(seconds * 1_000).toISOString();
const sample = (seconds: number, stalled: number) => ({ at: seconds * 1_000, avg10: stalled, stalledMs: stalled * 1_000 });
const event = (eventId: string, eventType: string, seconds: number, more = {}) => {
  const eventTime = at(seconds);
  return { eventId, eventType: `EVENT_TYPE_${eventType}`, eventTime, ...more };
};

test('the lower bound is the greatest of slots, cores and the longest one', () => {
  const pieces = { lockers: 100, slots: 10, cores: 2, cpuMsPerCycle: 100 };
  expect(lowerBound({ ...pieces, holdMs: [1_000, 3_000] })).toEqual({
    slotsMs: 20_000,
    cpuMs: 5_000,
    longestMs: 3_000,
    ms: 20_000,
  });
  expect(lowerBound({ ...pieces, holdMs: [100, 100] }).ms).toBe(5_000);
  expect(lowerBound({ ...pieces, holdMs: [100, 90_000], lockers: 2 }).ms).toBe(90_000);
  expect(percentile([3, 1, 2], 50)).toBe(2);
  expect(percentile([], 50)).toBeNaN();
});

test('a life is told by boot log and data: idle, signalled, booted, serving', () => {
  const boots = [
    { at: at(1), event: 'boot' },
    { at: at(20), event: 'signal' },
    { at: at(21), event: 'exit' },
    { at: at(22), event: 'boot' },
  ];
  const data = [
    { at: at(2), kind: 'accepted' },
    { at: at(19), kind: 'done' },
    { at: at(23), kind: 'lost' },
    { at: at(24), kind: 'accepted' },
    { at: at(25), kind: 'accepted' },
  ];
  expect(lifeOf(boots, data, 10_000)).toEqual({ idleAt: 19_000, signalledAt: 20_000, bootedAt: 22_000, servingAt: 24_000 });
  expect(lifeOf(boots.slice(0, 3), data, 10_000)).toMatchObject({ bootedAt: null, servingAt: null });
});

test('what the journal has compacted still tells its times', () => {
  const params = { locker: 'l01' };
  const plain = [
    { at: at(1), kind: 'job', token: 't', verb: 'update', params },
    { at: at(2), kind: 'intent', token: 't', intent: { kind: 'stop' } },
    { at: at(3), kind: 'done', token: 't' },
  ];
  const intents = [{ at: at(2), intent: { kind: 'stop' }, done: true }];
  const job = { token: 't', verb: 'update', params, since: at(1), intents, end: { kind: 'done', at: at(3) } };
  const compacted = linesIn(`${JSON.stringify({ at: at(9), kind: 'snapshot', state: { jobs: [job] } })}\n`);
  expect(compacted).toEqual(plain);
  expect(intentTimes(compacted, 'stop')).toEqual(new Map([['l01', 2_000]]));
});

test('pressure is the share of stalled time, over all and in the worst second', () => {
  const seen = pressureOf([sample(0, 0), sample(1, 1), sample(2, 1), sample(4, 1)]);
  expect(seen).toEqual({ peakAvg10: 1, stalled: 25, stalledWorst: 100 });
});

test('a history that was rolled over counts as one, its plan is in the first run', () => {
  const planned = { activityTaskScheduledEventAttributes: { activityType: { name: 'planRollout' } } };
  const ended = { activityTaskCompletedEventAttributes: { scheduledEventId: '5' } };
  const first = [
    event('4', 'WORKFLOW_TASK_COMPLETED', 1),
    event('5', 'ACTIVITY_TASK_SCHEDULED', 1, planned),
    event('7', 'ACTIVITY_TASK_COMPLETED', 3, ended),
  ];
  const second = [event('1', 'WORKFLOW_EXECUTION_STARTED', 4), event('5', 'WORKFLOW_EXECUTION_COMPLETED', 6)];
  expect(historyOf([first, second])).toEqual({
    closedAt: 6_000,
    events: 5,
    workflowTasks: 1,
    planMs: 2_000,
    stageMs: Number.NaN,
  });
});
