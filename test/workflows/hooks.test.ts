/** Hooks of a rollout on a real Temporal server: before the first locker, after every end, with what they are told. */
import type { HookOutcome } from '../../domain/model/hook';
import type { HookFacts } from '../../domain/model/hook-facts';
import { abort, resume, status } from '../../workflows/messages';
import { aPlan, aRelease } from '../support/builders';
import type { PlanOptions } from '../support/builders';
import { aFakeRolloutBox, neverIdle, throwFault, UNHEALTHY } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const me = { actor: 'ann' };
const hook = (name: string, onFailure: 'hold' | 'ignore' = 'hold') => ({ name, deadlineMs: 5_000, onFailure });
const hooks = { before: [hook('silence'), hook('refresh', 'ignore')], after: [hook('unsilence', 'ignore')] };
const planFor = (box: string, more: PlanOptions = {}) =>
  aPlan({ box, lockers: 3, policy: { soak: { canary: '0s', batch: '0s' }, gates: 'none' }, hooks, ...more });
const failing =
  (...names: string[]) =>
  async ({ hook: name, when }: HookFacts): Promise<HookOutcome> => {
    const failed = names.includes(name);
    return { when, name, outcome: failed ? 'failed' : 'done', detail: failed ? 'exit 1' : null, tookMs: 1 };
  };
const namesOf = (box: ReturnType<typeof aFakeRolloutBox>) => box.calls.map(({ activity }) => activity);

test('they run in order after staging and after the lease is given back, each once, and are in the result', async () => {
  const told: HookFacts[] = [];
  const box = aFakeRolloutBox({
    plan: planFor('order'),
    hook: async (facts) => {
      told.push(facts);
      return failing()(facts);
    },
  });
  const finished = await resultOf(await world.start('order', box));
  expect(finished).toMatchObject({
    state: 'succeeded',
    hooks: [{ name: 'silence' }, { name: 'refresh' }, { name: 'unsilence', outcome: 'done' }],
  });
  const calls = namesOf(box);
  expect(calls.slice(calls.indexOf('stageRelease'), calls.indexOf('stageRelease') + 4)).toEqual([
    'stageRelease',
    'runHook',
    'runHook',
    'drainLocker',
  ]);
  expect(calls.slice(-3)).toEqual(['settleBox', 'releaseLease', 'runHook']);
  const { rollout } = finished;
  expect(told.map(({ token }) => token)).toEqual([
    `${rollout}/hook/before/silence`,
    `${rollout}/hook/before/refresh`,
    `${rollout}/hook/after/unsilence`,
  ]);
  expect(told[0]).toMatchObject({
    v: 1,
    box: 'order',
    service: 'locker',
    by: 'test',
    kind: 'rollout',
    lockers: 3,
    outcome: null,
  });
  expect(told[2]?.outcome).toMatchObject({ state: 'succeeded', counts: { planned: 3, updated: 3 }, fault: null });
});

test('one that fails before the rollout holds it with no locker touched; resume begins without it', async () => {
  const box = aFakeRolloutBox({ plan: planFor('hold'), hook: failing('silence', 'refresh') });
  const handle = await world.start('hold', box);
  const held = await until(handle, inState('held'));
  expect(held.holds).toMatchObject([
    { reason: 'hook-failed', sentence: expect.stringContaining('The hook silence before the rollout failed: exit 1') },
  ]);
  expect(namesOf(box)).not.toContain('drainLocker');
  await handle.executeUpdate(resume, { args: [me] });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  expect(namesOf(box).filter((name) => name === 'runHook')).toHaveLength(3);
});

test('one that fails after the end changes no end, and is listed', async () => {
  const box = aFakeRolloutBox({ plan: planFor('after'), hook: failing('unsilence') });
  const handle = await world.start('after', box);
  const finished = await resultOf(handle);
  expect(finished).toMatchObject({ state: 'succeeded' });
  expect(finished.hooks?.at(-1)).toEqual({ when: 'after', name: 'unsilence', outcome: 'failed', detail: 'exit 1', tookMs: 1 });
  expect((await handle.query(status)).notes).toContain('hook unsilence after the rollout: failed: exit 1');
});

test.each([
  ['aborted', 'an abort'],
  ['failed', 'a build that fails'],
])('%s: after %s the ones after the end run, and know it', async (state) => {
  let outcome: HookFacts['outcome'] = null;
  const stage = async () => (state === 'failed' ? throwFault('BuildFailed', 'npm ci failed.') : undefined);
  const box = aFakeRolloutBox({
    plan: planFor(state),
    verify: { 'locker-001': () => UNHEALTHY },
    stage,
    hook: async (facts) => {
      if (facts.when === 'after') ({ outcome } = facts);
      return failing()(facts);
    },
  });
  const handle = await world.start(state, box);
  if (state === 'aborted') {
    await until(handle, inState('held'));
    await handle.executeUpdate(abort, { args: [me] });
  }
  await handle.result().catch(() => {});
  expect(outcome).toMatchObject({ state, fault: state === 'failed' ? 'npm ci failed.' : null });
  // One that never came to the point of the hooks before does not run them.
  if (state === 'failed') expect(namesOf(box).filter((name) => name === 'runHook')).toHaveLength(1);
});

test('an abort does not wait for a hook', async () => {
  let begun = false;
  const box = aFakeRolloutBox({
    plan: planFor('slow'),
    hook: async (facts) => {
      if (facts.when === 'after') return failing()(facts);
      begun = true;
      return neverIdle();
    },
  });
  const handle = await world.start('slow', box);
  await until(handle, () => begun);
  await handle.executeUpdate(abort, { args: [me] });
  const finished = await resultOf(handle);
  expect(finished).toMatchObject({ state: 'aborted', counts: { skipped: 3 } });
  expect(finished.hooks).toMatchObject([
    { name: 'silence', outcome: 'failed', detail: 'the rollout was aborted meanwhile' },
    { name: 'unsilence', outcome: 'done' },
  ]);
});

test('where nothing is to do there is nothing to silence', async () => {
  const box = aFakeRolloutBox({ plan: planFor('there', { on: aRelease() }) });
  expect(await resultOf(await world.start('there', box))).not.toHaveProperty('hooks');
  expect(namesOf(box)).not.toContain('runHook');
});
