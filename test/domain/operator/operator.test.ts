/** Permissions, sentences and screens: what a person is told and allowed. */
import { fold } from '../../../domain/decide/fold';
import type { RolloutEvent } from '../../../domain/decide/rollout-event';
import { startProgress } from '../../../domain/decide/start-progress';
import type { Plan } from '../../../domain/model/plan';
import type { Progress } from '../../../domain/model/progress';
import { mayDo, PERMISSIONS } from '../../../domain/operator/permissions';
import type { OperatorMessage } from '../../../domain/operator/operator-message';
import { renderStatusMarkdown } from '../../../domain/operator/render-status';
import { finishedOf, statusOf } from '../../../domain/operator/rollout-status';
import type { RolloutView } from '../../../domain/operator/rollout-view';
import { aPlan, lockerName } from '../../support/builders';
import { expectGolden } from '../../support/golden';

const T0 = 1_000_000;
const person = { actor: 'ann', reason: null };
/** Its own digest would be another one with each new rule of the product. */
const plan: Plan = {
  ...aPlan({ policy: { soak: { canary: '0s', batch: '0s' }, gates: 'canary', maxDown: 3 } }),
  digest: 'd'.repeat(64) as never,
};
const viewOf = (progress: Progress | null, of: Plan = plan, phase: RolloutView['phase'] = 'walking'): RolloutView => ({
  box: of.box,
  by: 'ann',
  rollout: '11111111-1111-4111-8111-111111111111',
  phase,
  now: T0,
  plan: progress && of,
  progress,
});
const play = (events: readonly RolloutEvent[], of: Plan = plan): Progress =>
  events.reduce((progress, event) => fold(of, progress, event, T0), startProgress(of, T0));
const moved = { downMs: 400, killed: false, fromVersion: 1, toVersion: 2 };
const cycleOf = (locker = lockerName(1)): RolloutEvent[] => [
  { kind: 'begin', locker },
  { kind: 'drain', locker, cycle: 1, outcome: { kind: 'idle', waitedMs: 1 } },
  { kind: 'update', locker, cycle: 1, outcome: { kind: 'serving', ...moved } },
  { kind: 'verify', locker, cycle: 1, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
];
const [canary = lockerName(1)] = plan.batches[0]?.lockers ?? [];
const second = plan.batches[1]?.lockers ?? [];
const atGate = play(cycleOf(canary));
const approval = (batch: number, planDigest: string = plan.digest): OperatorMessage => ({ kind: 'approve', batch, planDigest });

test('every message has an answer in every state, and every no is a sentence', () => {
  for (const [message, row] of Object.entries(PERMISSIONS)) {
    expect(Object.keys(row)).toHaveLength(14);
    for (const no of Object.values(row)) expect(no === null || /^[a-z].*\.$/.test(no)).toBe(true);
    expect([message, row.succeeded]).toEqual([message, 'the rollout has ended. Start another one.']);
  }
});

test.each<[string, OperatorMessage, RolloutView, string | null]>([
  ['the right approval', approval(2), viewOf(atGate), null],
  ['cut to twelve digits', approval(2, plan.digest.slice(0, 12)), viewOf(atGate), null],
  ['cut too short', approval(2, plan.digest.slice(0, 11)), viewOf(atGate), 'it names the plan'],
  [
    'of another plan',
    approval(2, 'f'.repeat(64)),
    viewOf(atGate),
    `it names the plan ffffffffffff, but this rollout walks the plan ${plan.digest.slice(0, 12)}`,
  ],
  ['too early', approval(3), viewOf(atGate), 'it is too early for batch 3; batch 2 waits now.'],
  ['too late', approval(1), viewOf(atGate), 'batch 1 has begun long since'],
  [
    'doubled',
    approval(2),
    viewOf(play([...cycleOf(canary), { kind: 'pause', ...person }, { kind: 'approve', ...person, batch: 2 }])),
    'batch 2 was approved already by ann.',
  ],
  ['before any gate', approval(2), viewOf(play([])), 'no batch waits'],
  ['while planning', approval(2), viewOf(null, plan, 'planning'), 'still planning'],
  ['resume of what runs', { kind: 'resume' }, viewOf(play([])), 'there is nothing to lift'],
  ['resume at a gate', { kind: 'resume' }, viewOf(atGate), 'which `resume` does not give'],
  ['pause in the planning', { kind: 'pause' }, viewOf(null, plan, 'planning'), null],
  [
    'retry of a locker that does not hang',
    { kind: 'retryLocker', locker: canary },
    viewOf(play([{ kind: 'pause', ...person }])),
    'is not stuck and has not ended (it is waiting)',
  ],
  [
    'retry of nobody',
    { kind: 'retryLocker', locker: 'constructor' as never },
    viewOf(play([{ kind: 'pause', ...person }])),
    'has no locker constructor',
  ],
  ['abort at the end', { kind: 'abort' }, viewOf(atGate, plan, 'settling'), 'coming to its end'],
])('%s', (_what, message, view, wanted) => {
  const answer = mayDo(message, view);
  if (wanted === null) expect(answer).toBeNull();
  else expect(answer).toContain(wanted);
});

const busy = play([
  ...cycleOf(canary),
  { kind: 'approve', ...person, batch: 2 },
  ...cycleOf(second[0]),
  ...cycleOf(second[1]).slice(0, 3),
  { kind: 'begin', locker: second[2] ?? canary },
  { kind: 'note', text: 'a signal changed nothing: approve needs "batch": the number of the batch that waits.' },
]);
const held = [
  {
    kind: 'verify',
    locker: second[1] ?? canary,
    cycle: 1,
    outcome: { kind: 'unhealthy', reason: 'wrong-build', evidence: ['it reports 99-gold, not | 103-gnew'] },
  },
  { kind: 'restore', locker: second[1] ?? canary, cycle: 2, outcome: { kind: 'serving', ...moved } },
  { kind: 'verify', locker: second[1] ?? canary, cycle: 2, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
].reduce((progress, event) => fold(plan, progress, event as RolloutEvent, T0), busy);

test.each([
  ['waiting', atGate],
  ['running', busy],
  ['held', held],
])('status %s, as people see it', (name, progress) => {
  const status = statusOf(viewOf(progress));
  expectGolden(`status-${name}.md`, renderStatusMarkdown(status));
});

test('before there is a plan the status says so', () => {
  expect(renderStatusMarkdown(statusOf(viewOf(null, plan, 'planning')))).toBe('**lxc12: planning**\n');
});

const wordy = (locker: ReturnType<typeof lockerName>): RolloutEvent => ({
  kind: 'fault',
  locker,
  cycle: 1,
  stage: 'draining',
  fault: { code: 'LinkLost', sentence: '|*_`☂'.repeat(400), cure: 'Look.', evidence: [] },
});

test('300 lockers, all bad in many words, still fit the 20 kB of the details', () => {
  const big = aPlan({ lockers: 300, policy: { batches: ['rest'], maxDown: 300, maxUnproven: 300 } });
  const lockers = big.lockers.map(({ name }) => name);
  const begun = lockers.map((locker): RolloutEvent => ({ kind: 'begin', locker }));
  const bad = [...begun, ...lockers.slice(0, 250).map(wordy)];
  for (const events of [begun, bad]) {
    const page = renderStatusMarkdown(statusOf(viewOf(play(events, big), big)));
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(20_000);
    expect(page).toMatch(/and \d+ more/);
  }
  expect(renderStatusMarkdown(statusOf(viewOf(play(bad, big), big)))).toContain('`npm run lockstep -- abort --box lxc12`');
});

test('the result lists every end but the good ones, with its reason', () => {
  const finished = finishedOf(statusOf(viewOf(held)), 'aborted');
  expect(finished).toMatchObject({ kind: 'finished', state: 'aborted', fault: null, counts: { updated: 2, restored: 1 } });
  expect(finished.exceptions).toEqual([
    { locker: second[1], end: 'restored', reason: expect.stringContaining('reports another build') },
  ]);
});
