/**
 * A small rollout in every state that people meet, made by the decider itself. Two records say which
 * there are: a new reason to hold, or a new state, does not compile without its own.
 */
import { fold } from '../../domain/decide/fold';
import type { RolloutEvent } from '../../domain/decide/rollout-event';
import { startProgress } from '../../domain/decide/start-progress';
import type { UpdateOutcome, VerifyOutcome } from '../../domain/model/outcome';
import type { Plan } from '../../domain/model/plan';
import type { Hold, Progress, RunState } from '../../domain/model/progress';
import { aPlan, lockerName } from './builders';
import type { PlanOptions } from './builders';

export interface InState {
  readonly plan: Plan;
  readonly progress: Progress;
  readonly now: number;
}

const T0 = Date.parse('2026-11-20T10:00:00Z');
const HOUR = 3_600_000;
const base = { soak: { canary: '0s', batch: '0s' }, gates: 'none', batches: [1, 'rest'], maxDown: 2, gateTimeout: '1h' } as const;
const planWith = (policy: PlanOptions['policy'] = {}): Plan =>
  aPlan({ lockers: 4, policy: { ...base, batches: [...base.batches], ...policy } });

const [one, two, three] = [lockerName(1), lockerName(2), lockerName(3)];
const ann = { actor: 'ann', reason: null };
const moved = { downMs: 1_400, killed: false, fromVersion: 1, toVersion: 2 };
const evidence = ['Error: storage/data.json: no such file'];
const begin = (locker = one): RolloutEvent => ({ kind: 'begin', locker });
const drained = (locker = one, cycle = 1): RolloutEvent => ({
  kind: 'drain',
  locker,
  cycle,
  outcome: { kind: 'idle', waitedMs: 1 },
});
const update = (outcome: UpdateOutcome, locker = one, cycle = 1): RolloutEvent => ({ kind: 'update', locker, cycle, outcome });
const verify = (outcome: VerifyOutcome, locker = one, cycle = 1): RolloutEvent => ({ kind: 'verify', locker, cycle, outcome });
const SERVING: UpdateOutcome = { kind: 'serving', ...moved };
const CRASHED: UpdateOutcome = { kind: 'not-serving', ...moved, reason: 'crashed', evidence };
const HEALTHY: VerifyOutcome = { kind: 'healthy', build: 'b', tookMs: 1 };
const cycleOf = (locker = one): RolloutEvent[] => [
  begin(locker),
  drained(locker),
  update(SERVING, locker),
  verify(HEALTHY, locker),
];
const failureOf = (locker = one): RolloutEvent[] => [
  begin(locker),
  drained(locker),
  update(CRASHED, locker),
  { kind: 'restore', locker, cycle: 2, outcome: SERVING },
  verify(HEALTHY, locker, 2),
];
const faultOf = (code: string, sentence: string, cure: string): RolloutEvent => ({
  kind: 'fault',
  locker: one,
  cycle: 1,
  stage: 'draining',
  fault: { code, sentence, cure, evidence: [] },
});

/** Events with the time at which they come, in milliseconds after the start. */
function play(plan: Plan, ...events: readonly (RolloutEvent | number)[]): InState {
  let now = T0;
  let progress = fold(plan, startProgress(plan, T0), { kind: 'tick' }, T0);
  for (const event of events) {
    if (typeof event === 'number') now = T0 + event;
    else progress = fold(plan, progress, event, now);
  }
  return { plan, progress, now };
}
const tick: RolloutEvent = { kind: 'tick' };
const plan = planWith();
const gated = planWith({ gates: 'canary' });
const migrating: Plan = {
  ...plan,
  migrations: [{ id: '2026-11-split-jobs', when: 'before-first', reversible: false, timeoutMs: 600_000 }],
};
const beginMigration: RolloutEvent = { kind: 'begin-migration', migration: '2026-11-split-jobs' };
const migration = { migration: '2026-11-split-jobs', cycle: 1 };

export const HOLDS: Readonly<Record<Hold['reason'], InState>> = {
  failures: play(plan, ...failureOf()),
  'no-evidence': play(plan, begin(), {
    kind: 'drain',
    locker: one,
    cycle: 1,
    outcome: { kind: 'timed-out', waitedMs: 60_000, undone: true, evidence: ['3 jobs run'] },
  }),
  'no-progress': play(planWith({ progressDeadline: '30m' }), begin(), HOUR / 2, tick),
  rejected: play(gated, ...cycleOf(), { kind: 'reject', actor: 'ann', reason: 'not on a Friday', batch: 2 }),
  'gate-timeout': play(gated, ...cycleOf(), HOUR, tick),
  'drain-timed-out': play(planWith({ drain: { onTimeout: 'hold' } }), begin(), {
    kind: 'drain',
    locker: one,
    cycle: 1,
    outcome: { kind: 'timed-out', waitedMs: 60_000, undone: true, evidence: ['3 jobs run'] },
  }),
  'stop-timed-out': play(
    planWith({ stop: { onTimeout: 'hold' } }),
    begin(),
    drained(),
    update({ kind: 'stop-timed-out', waitedMs: 60_000, evidence: [] }),
  ),
  pressure: play(
    plan,
    begin(),
    drained(),
    update({ kind: 'no-start-slot', waitedMs: 600_000, evidence: ['CPU pressure is 87 %'] }),
  ),
  unreachable: play(plan, begin(), faultOf('BoxLost', 'lxc12 could not be reached for 5m.', 'See that it runs and answers SSH.')),
  'world-changed': play(plan, begin(), drained(), update({ kind: 'superseded', evidence: ['another token came after it'] })),
  'changes-frozen': play(
    plan,
    begin(),
    faultOf('ChangesFrozen', 'local:root froze changes on lxc12: the big sale.', 'Thaw them on the box.'),
  ),
  'hook-failed': play(plan, {
    kind: 'hook',
    outcome: {
      when: 'before',
      name: 'silence',
      outcome: 'failed',
      detail: 'POST to monitor.example.org: 503 try later',
      tookMs: 90,
    },
    holds: true,
  }),
  inconclusive: play(
    plan,
    begin(),
    drained(),
    update(SERVING),
    verify({ kind: 'inconclusive', evidence: ['/health: no answer within 2s, twice'] }),
  ),
  'migration-failed': play(migrating, beginMigration, {
    kind: 'migrated',
    ...migration,
    outcome: { kind: 'not-done', evidence: ['exit 1: table jobs is locked'] },
  }),
  'migration-undecided': play(migrating, beginMigration, {
    kind: 'migration-fault',
    ...migration,
    fault: {
      code: 'MigrationUndecided',
      sentence: 'Nobody knows whether 2026-11-split-jobs was done.',
      cure: 'Look at the data and settle it.',
      evidence: ['its check exited with 2'],
    },
  }),
};

type Walking = Exclude<RunState, 'planning' | 'staging' | 'held'>;
const later: Plan = { ...plan, windows: [{ opens: T0 + HOUR, closes: T0 + 2 * HOUR }] };
const back = play(plan, ...cycleOf(), begin(two), { kind: 'rollBack', actor: 'ann', reason: 'owners complain' });

export const STATES: Readonly<Record<Walking | 'paused until', InState>> = {
  running: play(plan, ...cycleOf(), begin(two), begin(three)),
  'waiting-for-approval': play(gated, ...cycleOf()),
  'waiting-for-window': play(later),
  paused: play(plan, begin(), { kind: 'pause', actor: 'ann', reason: 'a look first' }),
  'paused until': play(plan, { kind: 'pause', ...ann, until: T0 + HOUR }),
  'rolling-back': back,
  settling: play(plan, ...cycleOf(), begin(two), drained(two), { kind: 'abort', actor: 'ann', reason: 'not today' }),
  succeeded: play(plan, ...plan.lockers.flatMap(({ name }) => cycleOf(name))),
  'completed-with-exceptions': play(
    planWith({ maxFailures: { total: 1 } }),
    ...cycleOf(),
    ...failureOf(two),
    ...cycleOf(three),
    ...cycleOf(lockerName(4)),
  ),
  aborted: play(plan, ...cycleOf(), { kind: 'abort', actor: 'ann', reason: 'not today' }),
  'rolled-back': play(
    plan,
    ...cycleOf(),
    { kind: 'rollBack', actor: 'ann', reason: 'owners complain' },
    begin(),
    drained(one, 2),
    { kind: 'restore', locker: one, cycle: 2, outcome: SERVING },
    verify(HEALTHY, one, 2),
  ),
  failed: play(plan, ...cycleOf(), begin(two), {
    ...(faultOf('Fenced', 'A newer rollout holds lxc12.', 'Look at its status.') as Extract<RolloutEvent, { kind: 'fault' }>),
    locker: two,
  }),
};
