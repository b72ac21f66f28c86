import { ActivityCancellationDetails, ApplicationFailure, CancelledFailure } from '@temporalio/common';

import type { MoveLocker } from '../../activities/contract';
import { makeDrainLocker } from '../../activities/drain-locker';
import { makePayOwed } from '../../activities/pay-owed';
import { makeReleaseLease } from '../../activities/release-lease';
import { makeSettleBox } from '../../activities/settle-box';
import { makeTakeLease } from '../../activities/take-lease';
import { makeUndrainLocker } from '../../activities/undrain-locker';
import { makeUpdateLocker } from '../../activities/update-locker';
import { makeVerifyLocker } from '../../activities/verify-locker';
import { Fault } from '../../domain/faults';
import { BoxName, LockerName, ReleaseId } from '../../domain/model/ids';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import type { VerbParams, VerbResult } from '../../domain/protocol/verbs';
import { anActivityEnvironment } from '../support/activity-environment';
import { aFleet } from '../support/builders';
import { aFakeHttp } from '../support/fake-http';
import { aFakeBox, untilLeft } from '../support/fake-box';

const rollout = '7d0e1d2c-6c1f-4a53-9a3e-0d3a7a1f0001';
const box = BoxName.parse('lxc12');
const locker = LockerName.parse('locker-1');
const step = { box, rollout, generation: 3, locker, cycle: 2 };
const { drain, stop, verify, maxStarting, pressure } = PRODUCT_DEFAULTS;
const lane = { maxStarting, pressure };
const move: MoveLocker = { ...step, stop, lane, startDeadlineMs: 60_000 };
const to = ReleaseId.parse('r0123456789ab');
const serving: VerbResult<'update'> = { kind: 'serving', downMs: 400, killed: false, fromVersion: 1, toVersion: 2 };

const cancelledBy = (why: Partial<ActivityCancellationDetails>) => new ActivityCancellationDetails(why);
/** Runs an activity and cancels it a moment later. */
async function cancelling<T>(why: Partial<ActivityCancellationDetails>, activity: () => Promise<T>): Promise<T> {
  const env = anActivityEnvironment();
  setTimeout(() => env.cancel('CANCELLED', cancelledBy(why)), 20);
  return env.run(activity);
}
const failureOf = async (run: Promise<unknown>): Promise<ApplicationFailure> => {
  const thrown: unknown = await run.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof ApplicationFailure) return thrown;
  throw new Error(`expected an ApplicationFailure, got ${String(thrown)}`);
};

const failing = (fault: Fault) =>
  failureOf(
    anActivityEnvironment().run(() =>
      makeUndrainLocker({
        box: aFakeBox({
          undrain: () => {
            throw fault;
          },
        }),
      })(step),
    ),
  );

describe('a changing activity', () => {
  test('has the same token on every attempt, with the lease and its generation', async () => {
    const fake = aFakeBox({ drain: () => ({ kind: 'idle', waitedMs: 5 }) });
    const drainLocker = makeDrainLocker({ box: fake });
    for (let attempt = 1; attempt <= 2; attempt++) {
      await anActivityEnvironment({ attempt }).run(() => drainLocker({ ...step, drain }));
    }
    const change = { token: `${rollout}/lxc12/locker-1/2/drain`, holder: rollout, generation: 3 };
    expect(fake.calls.map(({ options }) => options.change)).toEqual([change, change]);
    expect(fake.calls[0]?.params).toEqual({ locker, timeoutMs: 60_000, onTimeout: 'skip' });
  });

  test('waits for the box longer than the box itself waits', async () => {
    const fake = aFakeBox({
      drain: () => ({ kind: 'not-needed' }),
      update: () => serving,
      verify: () => ({ kind: 'healthy', build: 'b', tookMs: 1 }),
    });
    const env = anActivityEnvironment();
    await env.run(() => makeDrainLocker({ box: fake })({ ...step, drain }));
    await env.run(() => makeUpdateLocker({ box: fake })({ ...move, to }));
    await env.run(() =>
      makeVerifyLocker({ box: fake, fleet: { read: async () => aFleet() }, http: aFakeHttp() })({ ...step, verify }),
    );
    const [drained, updated, verified] = fake.calls.map(({ options }) => options.deadlineMs);
    expect(drained).toBeGreaterThan(drain.timeoutMs);
    expect(updated).toBeGreaterThan(pressure.holdAfterMs + stop.timeoutMs + move.startDeadlineMs);
    expect(verified).toBeGreaterThan(verify.deadlineMs);
  });

  test('turns a fault into a failure with code, cure and evidence; only retryable ones are tried again', async () => {
    const fenced = await failing(new Fault('Fenced', 'A newer holder has lxc12.', { evidence: ['generation 4'] }));
    expect(fenced).toMatchObject({ type: 'Fenced', nonRetryable: true });
    expect(fenced.details).toEqual([
      { code: 'Fenced', sentence: 'A newer holder has lxc12.', cure: expect.any(String) as string, evidence: ['generation 4'] },
    ]);
    expect(await failing(new Fault('LinkLost', 'No answer.'))).toMatchObject({ type: 'LinkLost', nonRetryable: false });
  });

  test('heartbeats every three seconds with the newest line from the box, and not before', async () => {
    jest.useFakeTimers();
    try {
      const env = anActivityEnvironment();
      const beats: unknown[] = [];
      env.on('heartbeat', (details) => beats.push(details));
      const fake = aFakeBox({
        update: async (_, { onProgress }) => {
          onProgress?.('stopping');
          onProgress?.('starting');
          await new Promise((resolve) => setTimeout(resolve, 7_000));
          return serving;
        },
      });
      const run = env.run(() => makeUpdateLocker({ box: fake })({ ...move, to }));
      await jest.advanceTimersByTimeAsync(7_100);
      expect(await run).toEqual(serving);
      expect(beats).toEqual([{ line: 'starting' }, { line: 'starting' }]);
    } finally {
      jest.useRealTimers();
    }
  });
});

const draining = () => aFakeBox({ drain: (_, options) => untilLeft(options), undrain: () => ({ undone: true }) });

describe('a cancelled drain', () => {
  test('is undone when a person cancelled it', async () => {
    const fake = draining();
    const run = cancelling({ cancelRequested: true }, () => makeDrainLocker({ box: fake })({ ...step, drain }));
    await expect(run).rejects.toBeInstanceOf(CancelledFailure);
    expect(fake.calls.map(({ verb }) => verb)).toEqual(['drain', 'undrain']);
    expect(fake.calls[1]?.options.signal).toBeUndefined();
  });

  test.each(['paused', 'workerShutdown', 'reset', 'timedOut'] as const)(
    'is left as it is when the attempt ends by %s',
    async (why) => {
      const fake = draining();
      const failure = await failureOf(cancelling({ [why]: true }, () => makeDrainLocker({ box: fake })({ ...step, drain })));
      expect(failure).toMatchObject({ type: 'Interrupted', nonRetryable: false });
      expect(fake.calls.map(({ verb }) => verb)).toEqual(['drain']);
    },
  );
});

const updating = () =>
  aFakeBox({
    update: (_, options) =>
      Promise.race([untilLeft(options), new Promise<typeof serving>((resolve) => void setTimeout(resolve, 150, serving))]),
  });

describe('a cancelled update', () => {
  test('waits for the end of the job that the box finishes anyway, and tells how it went', async () => {
    const run = cancelling({ cancelRequested: true }, () => makeUpdateLocker({ box: updating() })({ ...move, to }));
    await expect(run).resolves.toEqual(serving);
  });

  test('leaves at once when only the attempt ends, so that the next one attaches', async () => {
    const run = cancelling({ paused: true }, () => makeUpdateLocker({ box: updating() })({ ...move, to }));
    expect(await failureOf(run)).toMatchObject({ type: 'Interrupted', nonRetryable: false });
  });
});

describe('owed lockers', () => {
  const lockers = ['a', 'b', 'c'].map((name) => LockerName.parse(name));
  const paying = (start: (params: VerbParams<'start'>) => VerbResult<'start'>) => {
    const fake = aFakeBox({ start });
    const run = anActivityEnvironment().run(() =>
      makePayOwed({ box: fake })({ box, rollout, generation: 3, lockers, lane, startDeadlineMs: 60_000 }),
    );
    return { fake, run };
  };

  test('are brought up, each under a token of its own', async () => {
    const { fake, run } = paying(() => ({ kind: 'serving', tookMs: 1, version: 1 }));
    await expect(run).resolves.toEqual({ stillDown: [] });
    expect(fake.calls.map(({ options }) => options.change?.token)).toEqual(
      lockers.map((name) => `${rollout}/lxc12/${name}/0/start`),
    );
  });

  test('that can not be brought up are listed, and keep nobody else down', async () => {
    const { run } = paying(({ locker: name }) => {
      if (name === 'a') return { kind: 'not-serving', evidence: [] };
      if (name === 'b') throw new Fault('MeNotMounted', '/Me of b is not mounted.');
      return { kind: 'already' };
    });
    await expect(run).resolves.toEqual({ stillDown: ['a', 'b'] });
  });

  test('of which one makes LXC fail are listed too: it must not keep every later rollout off the box', async () => {
    const { run } = paying(({ locker: name }) => {
      if (name === 'b') throw new Fault('CommandFailed', 'LXC does not say how locker b is.');
      return { kind: 'already' };
    });
    await expect(run).resolves.toEqual({ stillDown: ['b'] });
  });

  test('are nobody’s to bring up for a rollout that was fenced off', async () => {
    const { run } = paying(() => {
      throw new Fault('Fenced', 'A newer holder.');
    });
    expect(await failureOf(run)).toMatchObject({ type: 'Fenced' });
  });
});

test('the lease is taken and given back under the rollout’s id', async () => {
  const lease = { holder: rollout, generation: 3, by: 'ann', since: '2026-11-20T10:00:00Z' };
  const fake = aFakeBox({ 'take-lease': () => lease, 'release-lease': () => ({ released: false }) });
  const env = anActivityEnvironment();
  await expect(env.run(() => makeTakeLease({ box: fake })({ box, rollout, by: 'ann', force: false }))).resolves.toEqual(lease);
  await expect(env.run(() => makeReleaseLease({ box: fake })({ box, rollout, generation: 3 }))).resolves.toBeUndefined();
  expect(fake.calls.map(({ params }) => params)).toEqual([
    { holder: rollout, by: 'ann', force: false },
    { holder: rollout, generation: 3 },
  ]);
});

test('settling records the counts of the rollout', async () => {
  const counts = { planned: 2, updated: 1, unchanged: 1, restored: 0, failed: 0, skipped: 0, unreachable: 0 };
  const fake = aFakeBox({ settle: () => ({ removed: ['c0'], owed: [] }) });
  const input = { box, rollout, generation: 3, state: 'succeeded', release: to, counts, by: 'ann', keepReleases: 5 };
  await expect(anActivityEnvironment().run(() => makeSettleBox({ box: fake })(input))).resolves.toEqual({
    removed: ['c0'],
    owed: [],
  });
  expect(fake.calls[0]?.params).toEqual({ summary: { state: 'succeeded', release: to, counts, by: 'ann' }, keepReleases: 5 });
  expect(fake.calls[0]?.options.change?.token).toBe(`${rollout}/lxc12/-/0/settle`);
});
