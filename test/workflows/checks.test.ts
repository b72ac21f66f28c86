/** Checks in a rollout on a real Temporal server: before it, after each locker, after the canary, at the end, and alone. */
import { TASK_QUEUES } from '../../activities/contract';
import type { ChecksAnswer } from '../../activities/contract';
import type { CheckResult } from '../../domain/model/check';
import type { VerifyOutcome } from '../../domain/model/outcome';
import { resume, retryLocker } from '../../workflows/messages';
import { aPlan, someChecks } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox, HEALTHY } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const me = { actor: 'ann' };
const planFor = (box: string, more: PlanOptions = {}) =>
  aPlan({
    box,
    lockers: 4,
    policy: { soak: { canary: '0s', batch: '0s' }, gates: 'none' },
    service: { checks: someChecks() },
    ...more,
  });
const result = (outcome: CheckResult['outcome']): CheckResult => ({
  name: 'deep',
  outcome,
  detail: 'status 503',
  asked: 3,
  tookMs: 1,
});
const UNCLEAR: VerifyOutcome = {
  kind: 'inconclusive',
  evidence: ['self-check gives no clear answer (asked 3 times): no answer'],
};
const namesOf = (box: ReturnType<typeof aFakeRolloutBox>) => box.calls.map(({ activity }) => activity);

test('the full set is asked before the first locker, after the canary and at the end', async () => {
  const asked: string[] = [];
  const check = (locker: string, set: string) => {
    asked.push(`${set} ${locker}`);
    return [result('pass')];
  };
  const box = aFakeRolloutBox({ plan: planFor('full'), check });
  const finished = await resultOf(await world.start('full', box));
  expect(finished).toMatchObject({ state: 'succeeded', counts: { updated: 4 } });
  const calls = namesOf(box);
  expect(calls.filter((name) => name === 'checkLockers')).toHaveLength(3);
  expect(calls.indexOf('checkLockers')).toBe(calls.indexOf('stageRelease') + 1);
  expect(calls.slice(-3)).toEqual(['checkLockers', 'settleBox', 'releaseLease']);
  expect(asked.map((one) => one.split(' ')[0])).toEqual(Array.from({ length: 9 }, () => 'full'));
});

test('a service without checks asks for none', async () => {
  const box = aFakeRolloutBox({ plan: planFor('none', { service: {} }) });
  await resultOf(await world.start('none', box));
  expect(namesOf(box)).not.toContain('checkLockers');
});

test('no clear answer holds with the locker up; resume asks again; retry-locker too', async () => {
  const plan = planFor('unclear');
  const canary = plan.batches[0]?.lockers[0] as string;
  const verify = { [canary]: ({ cycle }: { cycle: number }) => (cycle < 3 ? UNCLEAR : HEALTHY) };
  const box = aFakeRolloutBox({ plan, verify });
  const handle = await world.start('unclear', box);
  const held = await until(handle, inState('held'));
  expect(held.holds).toMatchObject([{ reason: 'inconclusive', locker: canary }]);
  expect(held.counts).toMatchObject({ updated: 0, restored: 0, failed: 0 });
  expect(held.asks).toContain(`retry-locker --box unclear --locker ${canary}`);
  expect(box.down.size).toBe(0);
  await handle.executeUpdate(resume, { args: [me] });
  await until(
    handle,
    (now) => now.state === 'held' && box.calls.filter(({ activity }) => activity === 'verifyLocker').length === 2,
  );
  await handle.executeUpdate(retryLocker, { args: [{ ...me, locker: canary as never, how: 'wait' }] });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 4, restored: 0 } });
  expect(namesOf(box)).not.toContain('restoreLocker');
});

test('the full set that fails on the canary takes it back and holds', async () => {
  const plan = planFor('canary');
  const canary = plan.batches[0]?.lockers[0];
  let asked = 0;
  const check = () => {
    asked += 1;
    return [result(asked <= 4 ? 'pass' : 'fail')];
  };
  const box = aFakeRolloutBox({ plan, check });
  const handle = await world.start('canary', box);
  const held = await until(handle, (now) => now.state === 'held');
  expect(held.counts).toMatchObject({ restored: 1, updated: 0 });
  expect(held.lockers.find(({ name }) => name === canary)?.reason).toMatch(/^failed the full checks: deep fails/);
  expect(box.calls.filter(({ activity }) => activity === 'restoreLocker').map(({ locker }) => locker)).toEqual([canary]);
  await handle.terminate();
});

test('what failed before the rollout counts for nothing in it', async () => {
  const box = aFakeRolloutBox({
    plan: planFor('before'),
    check: (locker) => [result(locker === 'locker-002' ? 'fail' : 'pass')],
  });
  const handle = await world.start('before', box);
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 4 } });
  const { notes } = await until(handle, inState('succeeded'));
  expect(notes).toContain('failed before the rollout and counts for nothing in it: locker-002 (deep)');
});

test('checks alone need no lease and touch nothing', async () => {
  const box = aFakeRolloutBox({ plan: planFor('alone'), check: () => [result('fail')] });
  await resultOf(await world.start('alone', aFakeRolloutBox({ plan: planFor('alone', { service: {} }) })));
  const handle = await world.start('alone', box);
  const request = { box: 'alone', lockers: ['locker-001'], set: 'fast', longestMs: 1_000 };
  const answer = (await world.client.workflow.execute('boxCheck', {
    workflowId: 'check/alone/1',
    taskQueue: TASK_QUEUES.workflows,
    args: [request],
  })) as ChecksAnswer;
  expect(answer).toEqual({ configured: true, lockers: [{ locker: 'locker-001', checks: [result('fail')] }] });
  await handle.terminate();
});
