/**
 * A release that is bad, on a whole box: at its canary, and at the 20th of 24 lockers. Judged by what
 * the lockers answer, and by the referee, which asks nobody of the product.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startReferee, violationLines } from '../chaos/referee/referee';
import type { JudgedEnd } from '../chaos/referee/evidence';
import type { Referee } from '../chaos/referee/referee';
import type { Ended } from '../support/cli';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

/** Passing takes three minutes in all on a quiet machine. */
jest.setTimeout(600_000);

const LIMITS = { maxDown: 4, maxUnproven: 6 };
const policy = {
  ...LIMITS,
  pressure: { cpuSomeAvg10: 100 },
  // The 20th is in the second batch, with all before it; four come after.
  batches: [1, 19, 'rest'],
  rollbackMaxDown: 4,
  verify: { stable: '1s', deadline: '60s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};

let here: Installation;
beforeAll(async () => {
  here = await anInstallation({ lockers: 24, policy });
});
afterAll(() => here?.close());

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const victim = () => here.sandbox.lockers[19] ?? 'l20';
interface Counts {
  readonly updated: number;
  readonly restored: number;
  readonly skipped: number;
}
const countsOf = (ended: Ended) => finishedOf(ended).counts as unknown as Counts;

async function expectClean(referee: Referee, ended: Ended, end: JudgedEnd): Promise<void> {
  const { counts, exceptions } = finishedOf(ended) as unknown as { counts: Record<string, number>; exceptions?: never[] };
  const judged = end === 'held' ? {} : { counts, exceptions: exceptions ?? [] };
  expect(violationLines(await referee.judge({ limits: LIMITS, end, ...judged }))).toEqual([]);
}

async function refereed(during: (referee: Referee) => Promise<void>): Promise<void> {
  const referee = await startReferee(here.sandbox);
  try {
    await during(referee);
  } finally {
    await referee.stop();
  }
}

/** Held is said at once; lockers in flight come to their ends after that. */
async function settled(): Promise<Ended> {
  for (;;) {
    const status = await here.lockstep('status', '--json');
    const { lockers = [] } = finishedOf(status) as unknown as { lockers?: { stage: string }[] };
    if (lockers.every(({ stage }) => stage === 'waiting' || stage === 'ended')) return status;
    await sleep(500);
  }
}

test('it fails at the 20th locker: the rollout holds, and a roll-back from there brings all back that were changed', async () => {
  const before = await builds();
  await here.sandbox.misbehave(victim(), { kind: 'crash-50ms', when: { notBuild: before[19] } });
  await here.sandbox.commit({ message: 'Answer sooner, but not for everybody' });
  await refereed(async (referee) => {
    const held = await here.rollout();
    expect([held.code, finishedOf(held).state]).toEqual([3, 'held']);
    expect(countsOf(await settled())).toMatchObject({ planned: 24, updated: 19, restored: 1, failed: 0, skipped: 0 });
    const now = await builds();
    expect(now.map((build, i) => build !== before[i])).toEqual([
      ...Array<boolean>(19).fill(true),
      ...Array<boolean>(5).fill(false),
    ]);
    await expectClean(referee, held, 'held');

    expect((await here.lockstep('roll-back', '--reason', 'it crashes')).code).toBe(0);
    const ended = await here.lockstep('watch', '--json');
    expect([ended.code, finishedOf(ended).state]).toEqual([4, 'rolled-back']);
    expect(countsOf(ended)).toMatchObject({ planned: 24, updated: 0, failed: 0, restored: 20, skipped: 4 });
    expect(await builds()).toEqual(before);
    await expectClean(referee, ended, 'ended');
  });
});

test('by policy the same failure brings everybody back, and nobody is asked', async () => {
  const before = await builds();
  await here.sandbox.writeFleet({ policy: { ...policy, onFailure: 'roll-back' } });
  await refereed(async (referee) => {
    const ended = await here.rollout();
    expect([ended.code, finishedOf(ended).state]).toEqual([4, 'rolled-back']);
    expect(countsOf(ended)).toMatchObject({ planned: 24, updated: 0, failed: 0, restored: 20, skipped: 4 });
    const why = `rolled back by the policy: 1 failure, allowed are 0 in all: ${victim()}`;
    expect(JSON.stringify(finishedOf(ended)['exceptions'])).toContain(why);
    expect(await builds()).toEqual(before);
    await expectClean(referee, ended, 'ended');
  });
  await here.sandbox.misbehave(victim(), null);
  await here.sandbox.writeFleet({ policy });
});

test('it fails at the canary: one locker was touched and is back; the fix supersedes the held rollout and goes through', async () => {
  const before = await builds();
  await here.sandbox.commit({ message: 'Storage of its own', broken: true });
  const held = await here.rollout();
  expect([held.code, finishedOf(held).state]).toEqual([3, 'held']);
  expect(countsOf(held)).toMatchObject({ updated: 0, restored: 1, skipped: 0 });
  expect(await builds()).toEqual(before);

  const fix = await here.sandbox.commit({ message: 'Storage that is there' });
  await refereed(async (referee) => {
    const fixed = await here.rollout('--supersede');
    expect([fixed.code, finishedOf(fixed).state]).toEqual([0, 'succeeded']);
    expect(countsOf(fixed)).toMatchObject({ planned: 24, updated: 24 });
    expect(new Set(await builds())).toEqual(new Set([fix.build]));
    await expectClean(referee, fixed, 'ended');
  });
});

test('rolled back while it waits for an approval: the canary goes back, nobody else was touched', async () => {
  const before = await builds();
  await here.sandbox.commit({ message: 'One more' });
  const waiting = await here.rollout('--gate', 'canary');
  expect([waiting.code, finishedOf(waiting).state]).toEqual([3, 'waiting-for-approval']);
  await here.lockstep('roll-back');
  const ended = await here.lockstep('watch', '--json');
  expect(countsOf(ended)).toMatchObject({ restored: 1, skipped: 23 });
  expect(await builds()).toEqual(before);
});

test('rolled back while it is paused: what was changed goes back, and nothing waits for a resume', async () => {
  const before = await builds();
  // One at a time, so that it is still under way when the pause comes.
  const running = here.startRollout('--max-down', '1');
  await running.until(({ counts }) => ((counts as { updated?: number } | undefined)?.updated ?? 0) >= 1);
  expect((await here.lockstep('pause', '--reason', 'a look first')).code).toBe(0);
  expect((await here.lockstep('roll-back')).code).toBe(0);
  const ended = await running.ended;
  expect([ended.code, finishedOf(ended).state]).toEqual([4, 'rolled-back']);
  expect(countsOf(ended)).toMatchObject({ updated: 0, failed: 0 });
  expect(await builds()).toEqual(before);
});
