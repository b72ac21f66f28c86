/** Migrations of the box in a rollout: when they are asked for, what holds, and what people decide. */
import type { MigrateOutcome } from '../../domain/model/migration';
import type { Finished } from '../../domain/model/status';
import { abort, approve, resume, retryLocker, rollBack } from '../../workflows/messages';
import { aManifest, aPlan } from '../support/builders';
import type { AMigration } from '../support/builders';
import { aFakeRolloutBox, HEALTHY, SERVING, throwFault, UNHEALTHY } from '../support/fake-rollout-box';
import type { FakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';

let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
}, 120_000);
afterAll(() => world.close());

const POLICY = { batches: [1, 'rest'], gates: 'none', soak: { canary: '0s', batch: '0s' } } as const;
const split = { id: 'split-jobs' };
const planWith = (box: string, ...migrations: AMigration[]) =>
  aPlan({ box, lockers: 3, policy: { ...POLICY, batches: [1, 'rest'] }, manifest: aManifest(...migrations) });
const NOT_DONE: MigrateOutcome = { kind: 'not-done', evidence: ['the command ended with exit 4'] };
const DONE: MigrateOutcome = { kind: 'done', how: 'ran', tookMs: 5 };

const told = ({ calls }: FakeRolloutBox) => calls.map(({ activity, locker }) => (activity === 'migrateBox' ? locker : activity));
const migrations = (box: FakeRolloutBox) => box.calls.filter(({ activity }) => activity === 'migrateBox');
const person = { actor: 'ann' };

test('it runs after staging and before the first locker, once', async () => {
  const box = aFakeRolloutBox({ plan: planWith('m1', split) });
  const finished: Finished = await resultOf(await world.start('m1', box));
  expect(finished.state).toBe('succeeded');
  const order = told(box);
  expect(order.indexOf('stageRelease')).toBeLessThan(order.indexOf('run split-jobs'));
  expect(order.indexOf('run split-jobs')).toBeLessThan(order.indexOf('drainLocker'));
  expect(migrations(box)).toHaveLength(1);
});

test('what came to nothing holds with no locker touched, and resume runs it again', async () => {
  const answers = [NOT_DONE, DONE];
  const box = aFakeRolloutBox({ plan: planWith('m2', split), migrate: { 'split-jobs': () => answers.shift() ?? DONE } });
  const handle = await world.start('m2', box);
  const held = await until(handle, inState('held'));
  expect(held.holds).toMatchObject([{ reason: 'migration-failed' }]);
  expect(told(box)).not.toContain('drainLocker');
  await handle.executeUpdate(resume, { args: [person] });
  expect((await resultOf(handle)).state).toBe('succeeded');
  const [first, second] = migrations(box);
  expect(second?.cycle).not.toBe(first?.cycle);
});

test('what nobody knows holds and asks; settled by a person, it goes on', async () => {
  let settled = false;
  const undecided = () =>
    settled ? DONE : throwFault('MigrationUndecided', 'On m3 migration split-jobs was begun, and nobody knows.');
  const box = aFakeRolloutBox({ plan: planWith('m3', split), migrate: { 'split-jobs': undecided } });
  const handle = await world.start('m3', box);
  const held = await until(handle, inState('held'));
  expect(held.holds).toMatchObject([{ reason: 'migration-undecided', liftedBy: ['resume', 'abort'] }]);
  // Without an answer nothing goes on.
  await handle.executeUpdate(resume, { args: [person] });
  await until(handle, (now) => now.state === 'held' && migrations(box).length === 2);
  settled = true;
  await handle.executeUpdate(resume, { args: [person] });
  expect((await resultOf(handle)).state).toBe('succeeded');
});

test('one that can not be undone waits for its approval, which is bound to the plan', async () => {
  const plan = planWith('m4', { ...split, reversible: false });
  const box = aFakeRolloutBox({ plan });
  const handle = await world.start('m4', box);
  const waiting = await until(handle, inState('waiting-for-approval'));
  expect(waiting).toMatchObject({ gate: { batch: 1 }, pointOfNoReturn: 'ahead' });
  expect(migrations(box)).toEqual([]);
  const stale = { ...person, batch: 1, planDigest: '0'.repeat(64) };
  await expect(handle.executeUpdate(approve, { args: [stale] })).rejects.toThrow();
  expect(migrations(box)).toEqual([]);
  await handle.executeUpdate(approve, { args: [{ ...person, batch: 1, planDigest: plan.digest }] });
  expect((await resultOf(handle)).state).toBe('succeeded');
  expect(migrations(box)).toHaveLength(1);
});

test('a roll-back undoes it last, when every locker is back', async () => {
  const plan = aPlan({
    box: 'm5',
    lockers: 3,
    policy: { ...POLICY, batches: [1, 'rest'], gates: 'canary' },
    manifest: aManifest(split),
  });
  const box = aFakeRolloutBox({ plan });
  const handle = await world.start('m5', box);
  await until(handle, inState('waiting-for-approval'));
  await handle.executeUpdate(rollBack, { args: [person] });
  expect((await resultOf(handle)).state).toBe('rolled-back');
  const order = told(box);
  expect(order.filter((one) => one === 'undo split-jobs')).toHaveLength(1);
  expect(order.lastIndexOf('verifyLocker')).toBeLessThan(order.indexOf('undo split-jobs'));
});

const shrink = { id: 'shrink', when: 'all-halted' } as const;

test('all halted: everybody stops, it runs once, everybody is linked, started and verified', async () => {
  const box = aFakeRolloutBox({ plan: planWith('m6', split, shrink) });
  const finished = await resultOf(await world.start('m6', box));
  expect(finished).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  const order = told(box);
  expect(order.indexOf('run split-jobs')).toBeLessThan(order.indexOf('haltLocker'));
  expect(order.lastIndexOf('haltLocker')).toBeLessThan(order.indexOf('run shrink'));
  expect(order.indexOf('run shrink')).toBeLessThan(order.indexOf('updateLocker'));
  expect(order.filter((one) => one === 'startLocker')).toHaveLength(3);
  expect(migrations(box)).toHaveLength(2);
  expect(box.down.size).toBe(0);
});

test('all halted: what came to nothing brings everybody back up; an abort then ends it with nobody changed', async () => {
  const box = aFakeRolloutBox({ plan: planWith('m7', shrink), migrate: { shrink: () => NOT_DONE } });
  const handle = await world.start('m7', box);
  await until(
    handle,
    (now) => now.state === 'held' && box.down.size === 0 && now.lockers.every(({ stage }) => stage === 'waiting'),
  );
  expect(told(box)).not.toContain('updateLocker');
  await handle.executeUpdate(abort, { args: [person] });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { skipped: 3 } });
});

test('all halted: undecided nobody comes up, whatever is asked, until a person has settled it', async () => {
  let settled = false;
  const undecided = () =>
    settled ? DONE : throwFault('MigrationUndecided', 'On m8 migration shrink was begun, and nobody knows.');
  const box = aFakeRolloutBox({ plan: planWith('m8', shrink), migrate: { shrink: undecided } });
  const handle = await world.start('m8', box);
  await until(handle, inState('held'));
  await expect(handle.executeUpdate(rollBack, { args: [person] })).rejects.toThrow();
  await handle.executeUpdate(abort, { args: [person] });
  const held = await until(handle, inState('held'));
  expect(held.holds).toMatchObject([{ reason: 'migration-undecided' }]);
  expect(box.down.size).toBe(3);
  expect(told(box)).not.toContain('startLocker');
  settled = true;
  await handle.executeUpdate(resume, { args: [person] });
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted', counts: { updated: 3 } });
  expect(box.down.size).toBe(0);
});

test('one of each locker is named to its update and to its restore, and what nobody knows waits for that locker alone', async () => {
  const each: AMigration = { id: 'each', scope: 'locker', when: 'per-locker', undo: ['undo'] };
  const plan = planWith('m8', each);
  const [one = '', two = ''] = plan.lockers.map(({ name }) => name);
  const named: unknown[] = [];
  const tries = [UNHEALTHY];
  let settled = false;
  const box = aFakeRolloutBox({
    plan,
    update: {
      [one]: ({ migrations: of }) => (named.push(of), SERVING),
      [two]: () => (settled ? SERVING : throwFault('MigrationUndecided', 'Nobody knows.')),
    },
    verify: { [one]: () => tries.shift() ?? HEALTHY },
    restore: { [one]: ({ migrations: of }) => (named.push(of), SERVING) },
  });
  const handle = await world.start('m8', box);
  await until(handle, inState('held'));
  expect(named).toEqual([[{ id: 'each', timeoutMs: 600_000 }], [{ id: 'each', timeoutMs: 600_000 }]]);
  await handle.executeUpdate(resume, { args: [person] });
  const held = await until(handle, ({ holds }) => holds.some(({ reason }) => reason === 'migration-undecided'));
  expect(held.holds).toMatchObject([{ locker: two, liftedBy: ['retryLocker'] }]);
  await expect(handle.executeUpdate(resume, { args: [person] })).rejects.toThrow();
  settled = true;
  await handle.executeUpdate(retryLocker, { args: [{ ...person, locker: two as never, how: 'wait' }] });
  expect((await resultOf(handle)).counts).toMatchObject({ planned: 3, updated: 2, restored: 1 });
});
