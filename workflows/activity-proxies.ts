/**
 * How activities are called: queue, heartbeat, retries, and one summary line each for the Temporal
 * Web UI. The box keeps the deadlines of the policy itself and answers with an outcome; the times
 * here are longer, so that they end only what has no answer at all.
 */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import { TASK_QUEUES } from '../activities/contract';
import type { BoxActivities, LockerActivities, MoveLocker } from '../activities/contract';
import { FAULTS } from '../domain/faults';
import { bounded, SUMMARY_BYTES } from '../domain/model/bounded';
import type { Policy } from '../domain/model/policy';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Over the activity's own deadline, which is the box's plus half a minute for the link. */
const MARGIN = MINUTE;
/** How long beyond one whole attempt a step is tried again before its box counts as unreachable. */
const TRY_AGAIN_FOR = 2 * MINUTE;

const nonRetryable = Object.entries(FAULTS).flatMap(([code, { retryable }]) => (retryable ? [] : [code]));

const RETRY = { initialInterval: SECOND, maximumInterval: 15 * SECOND, nonRetryableErrorTypes: nonRetryable };

const activities = proxyActivities<AllActivities>({
  taskQueue: TASK_QUEUES.ssh,
  // Recovery time after a worker's death; activities heartbeat every 3 s.
  heartbeatTimeout: 15 * SECOND,
  startToCloseTimeout: 5 * MINUTE,
  // The SDK's default would let the workflow go on while the activity still works on a locker.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: RETRY,
});

type AllActivities = BoxActivities & LockerActivities;
type Name = keyof AllActivities;
type Call<N extends Name> = (
  summary: string,
  input: Parameters<AllActivities[N]>[0],
  policy?: Policy,
) => ReturnType<AllActivities[N]>;

/** A look for a person who waits for the answer: few attempts. */
const LOOK = { retry: { ...RETRY, maximumAttempts: 3 } };
/** Before anything was touched in a rollout: about two minutes for what passes (an sshd that starts again, a registry). */
const FIRST = { retry: { ...RETRY, maximumAttempts: 12 } };

/** The last thing that is done: a box that shows a wrong host key or takes no login now may do so in a minute. */
const TO_THE_END = { retry: { ...RETRY, nonRetryableErrorTypes: ['Fenced', 'NoLease', 'HeldBy', 'BadRequest', 'UnknownBox'] } };

const asked = <N extends Name>(
  name: N,
  longestMs: (policy: Policy | undefined, input: Parameters<AllActivities[N]>[0]) => number,
  more: ActivityOptions = {},
): Call<N> => {
  return (summary, input, policy) => {
    const startToCloseTimeout = longestMs(policy, input) + MARGIN;
    const times = { startToCloseTimeout, scheduleToCloseTimeout: startToCloseTimeout + TRY_AGAIN_FOR };
    type Proxy = { executeWithOptions(options: ActivityOptions, args: [typeof input]): ReturnType<AllActivities[N]> };
    return (activities[name] as unknown as Proxy).executeWithOptions(
      { ...times, summary: bounded(summary, SUMMARY_BYTES), ...more },
      [input],
    );
  };
};

const minutes = (count: number) => () => count * MINUTE;
/** The lane's longest wait, the stop with its kill, the start. */
const moving = (policy: Policy | undefined) =>
  policy ? policy.pressure.holdAfterMs + policy.stop.timeoutMs + policy.verify.deadlineMs : 20 * MINUTE;

/** A root file system is copied, then a start through the lane, a proof and a stop. */
const rehearsing = (policy: Policy | undefined) => 5 * MINUTE + moving(policy) + (policy?.verify.deadlineMs ?? 5 * MINUTE);

export const takeLease = asked('takeLease', minutes(2), FIRST);
export const inspectBox = asked('inspectBox', minutes(2), LOOK);
export const previewRollout = asked('planRollout', minutes(5), LOOK);
export const planRollout = asked('planRollout', minutes(5), FIRST);
export const stageRelease = asked('stageRelease', minutes(16), FIRST);
export const rehearseRelease = asked('rehearseRelease', rehearsing);
export const releaseLease = asked('releaseLease', minutes(2), TO_THE_END);
/** Where nobody knows whether the box was taken at all: a quarter of a minute, whatever goes wrong. */
const SHORTLY = { retry: { ...TO_THE_END.retry, maximumInterval: 4 * SECOND, maximumAttempts: 6 } };
export const forgetLease = asked('releaseLease', () => 20 * SECOND, SHORTLY);
export const payOwed = asked('payOwed', moving);
export const drainLocker = asked('drainLocker', (policy) => policy?.drain.timeoutMs ?? 20 * MINUTE);
export const undrainLocker = asked('undrainLocker', minutes(2));
/** As the box bounds them itself: its runner's way to begin, its checks before and after, and the same for what is undone. */
const migrating = ({ migrations = [] }: MoveLocker) =>
  migrations.reduce((sum, { timeoutMs }) => sum + 2 * (timeoutMs + 7 * MINUTE), 0);
export const updateLocker = asked('updateLocker', (policy, input) => moving(policy) + migrating(input));
export const verifyLocker: Call<'verifyLocker'> = (summary, input, policy) => {
  const proofMs = policy?.verify.deadlineMs ?? 20 * MINUTE;
  const checksMs = input.checks ? input.checks.longestMs + MARGIN : 0;
  const outsideMs = input.verify.external ? input.verify.external.timeoutMs + MARGIN : 0;
  return asked('verifyLocker', () => proofMs + checksMs + outsideMs)(summary, input, policy);
};
/** `longestMs`: of one request for a dozen of them. */
export const checkLockers = (
  summary: string,
  input: Parameters<AllActivities['checkLockers']>[0],
  longestMs: number,
): ReturnType<AllActivities['checkLockers']> => {
  const requests = Math.max(1, Math.ceil((input.lockers?.length ?? 300) / 12));
  return asked('checkLockers', () => requests * (longestMs + MARGIN))(summary, input);
};
export const restoreLocker = asked('restoreLocker', (policy, input) => moving(policy) + migrating(input));
/** A file to read and a signature: somebody waits before a screen for the answer. */
const AT_ONCE = { startToCloseTimeout: 5 * SECOND, scheduleToCloseTimeout: 12 * SECOND };
export const proveIdentity = asked('proveIdentity', minutes(1), AT_ONCE);
/** The box keeps the migration's own deadline; a quarter of an hour is for its checks and a busy box. */
export const migrateBox = asked('migrateBox', (_policy, { timeoutMs }) => timeoutMs + 15 * MINUTE);
/** Its drain, its stop with its kill. */
export const haltLocker = asked('haltLocker', (policy) =>
  policy ? policy.drain.timeoutMs + policy.stop.timeoutMs + MINUTE : 20 * MINUTE,
);
export const settleMigration = asked('settleMigration', minutes(2), FIRST);
/** Beside the steps, and asked again soon anyhow. */
const BESIDE = { retry: { ...RETRY, maximumAttempts: 1 }, scheduleToCloseTimeout: 20 * SECOND };
export const watchLockers = asked('watchLockers', () => 20 * SECOND, BESIDE);
/** An attempt that a worker's death cut off is made again, by the same token. */
export const runHook: Call<'runHook'> = (summary, input) =>
  asked('runHook', () => input.deadlineMs, { retry: { ...RETRY, maximumAttempts: 3 } })(summary, input);
export const settleBox = asked('settleBox', minutes(3));

export const lookAtLocker = asked('lookAtLocker', minutes(5), FIRST);
export const addLocker = asked('addLocker', minutes(6), FIRST);
export const deployLocker = asked('deployLocker', minutes(16), FIRST);
/** Nobody hands over a policy here: what the box keeps is bounded by its own deadlines. */
export const startLocker = asked('startLocker', minutes(20));
export const stopLocker = asked('stopLocker', minutes(20));
export const removeLocker = asked('removeLocker', minutes(6));
