import { decide } from '../../../domain/decide/decide';
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { HookOutcome } from '../../../domain/model/hook';
import { finishedOf, statusOf } from '../../../domain/operator/rollout-status';
import { aPlan } from '../../support/builders';

const NOW = 1_000_000;
const plan = aPlan({ lockers: 2, policy: { gates: 'none' } });
const start = startProgress(plan, NOW);
const outcome = (more: Partial<HookOutcome> = {}): HookOutcome => ({
  when: 'before',
  name: 'silence',
  outcome: 'done',
  detail: null,
  tookMs: 1_200,
  ...more,
});
const FAILED = outcome({ outcome: 'failed', detail: 'POST to monitor.example.org: 503' });
const after = (...events: RolloutEvent[]) => events.reduce((reached, event) => fold(plan, reached, event, NOW), start);
const hook = (of: HookOutcome, holds = true): RolloutEvent => ({ kind: 'hook', outcome: of, holds });

test('one that is done is recorded and noted, and the rollout begins', () => {
  const progress = after(hook(outcome()));
  expect(progress.hooks).toEqual([outcome()]);
  expect(progress.notes.map(({ text }) => text)).toEqual(['hook silence before the rollout: done in 1.2s']);
  expect(decide(plan, progress, NOW)).toMatchObject({ state: 'running', begin: ['locker-001'] });
});

test('one that fails holds before the first locker, and resume begins without it', () => {
  const progress = after(hook(FAILED));
  expect(progress.holds).toMatchObject([{ reason: 'hook-failed', liftedBy: ['resume', 'abort'] }]);
  expect(decide(plan, progress, NOW)).toMatchObject({ state: 'held', begin: [] });
  const resumed = after(hook(FAILED), { kind: 'resume', actor: 'ann', reason: null });
  expect(decide(plan, resumed, NOW)).toMatchObject({ state: 'running', begin: ['locker-001'] });
});

test('one that may fail is noted and holds nothing; one after the end neither', () => {
  expect(after(hook(FAILED, false)).holds).toEqual([]);
  const ended = after({ kind: 'abort', actor: 'ann', reason: null }, hook({ ...FAILED, when: 'after' }));
  expect(ended.holds).toEqual([]);
  expect(ended.notes.map(({ text }) => text)).toEqual([
    'hook silence after the rollout: failed: POST to monitor.example.org: 503',
  ]);
});

test('told twice it is recorded once; the same name before and after are two', () => {
  const progress = after(hook(outcome()), hook(FAILED), hook(outcome({ when: 'after' })));
  expect(progress.hooks).toEqual([outcome(), outcome({ when: 'after' })]);
  expect(progress.holds).toEqual([]);
});

test('status and result list them, and no end is another for them', () => {
  const progress = after(hook(outcome()), { kind: 'abort', actor: 'ann', reason: null }, hook({ ...FAILED, when: 'after' }));
  const status = statusOf({ box: plan.box, rollout: 'r', by: 'ann', phase: 'aborted', plan, progress, now: NOW });
  expect(finishedOf(status, 'aborted')).toMatchObject({
    state: 'aborted',
    hooks: [
      { name: 'silence', outcome: 'done' },
      { when: 'after', outcome: 'failed' },
    ],
  });
  expect(
    statusOf({ box: plan.box, rollout: 'r', by: 'ann', phase: 'walking', plan, progress: start, now: NOW }),
  ).not.toHaveProperty('hooks');
});
