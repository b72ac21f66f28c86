/**
 * The symptoms of docs/operations.md as the product tells them: decided, folded and rendered by its
 * own code, from builders. The page shows exactly these texts; the tests that it names bring them
 * about for real.
 */
import { hostKeyFault, parsePublicKey } from '../../activities/adapters/ssh/host-key';
import { refused } from '../../activities/adapters/ssh/login-offers';
import { unreachable } from '../../activities/adapters/ssh/dial-faults';
import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Hop } from '../../activities/adapters/ssh/route';
import { heldBy } from '../../box/lease/lease-rules';
import { statusLines } from '../../box/scripts/status';
import { fold } from '../../domain/decide/fold';
import type { RolloutEvent } from '../../domain/decide/rollout-event';
import { startProgress } from '../../domain/decide/start-progress';
import { Fault, FAULTS } from '../../domain/faults';
import type { FaultCode } from '../../domain/faults';
import type { DrainOutcome, UpdateOutcome } from '../../domain/model/outcome';
import type { Hold, Progress } from '../../domain/model/progress';
import { statusOf } from '../../domain/operator/rollout-status';
import { makePlan } from '../../domain/plan/make-plan';
import { pausedFault, silentFault, stuckFault } from '../../starters/operations/map-error';
import { faultLines } from '../../starters/render/fault-lines';
import { statusTable } from '../../starters/render/status-table';
import { aManifest, aPlan, anInventory, anOwed, fakeHash, lockerName, planFacts } from '../support/builders';
import type { InventoryOptions, PlanOptions } from '../support/builders';

const T0 = Date.parse('2026-11-20T10:00:00.000Z');
const DAY_MS = 24 * 3_600_000;
const paint = (_: unknown, text: string) => text;
const SINCE = '2026-11-20T09:58:12.000Z';
const JANE = { by: 'local:jane', since: SINCE, reason: 'disk is being replaced' };

/** Of `lockstep status`: the first line, and why it stands. */
function standing(state: 'held' | 'waiting-for-approval', events: readonly RolloutEvent[], options: PlanOptions): string {
  const plan = aPlan({ ...options, policy: { gates: 'none', soak: { canary: '0s', batch: '0s' }, ...options.policy } });
  const progress = events.reduce<Progress>((at, event) => fold(plan, at, event, timeOf(event)), startProgress(plan, T0));
  const status = statusOf({ box: plan.box, rollout: '6f9619ff', by: 'ann', phase: 'walking', plan, progress, now: T0 });
  if (status.state !== state) throw new Error(`it is ${status.state}: ${JSON.stringify(status.holds)}`);
  const lines = statusTable(status, paint);
  return [lines[0], ...lines.filter((line) => line.startsWith(state === 'held' ? '  hold ' : '  asks '))].join('\n');
}
const held = (events: readonly RolloutEvent[], options: PlanOptions = {}): string => standing('held', events, options);
const timeOf = (event: RolloutEvent): number => (event.kind === 'tick' ? T0 + DAY_MS : T0);

const one = lockerName(1);
const cycle = { locker: one, cycle: 1 };
const moved = { downMs: 400, killed: false, fromVersion: 1, toVersion: 2 };
const begin: RolloutEvent = { kind: 'begin', locker: one };
const drained: RolloutEvent = { kind: 'drain', ...cycle, outcome: { kind: 'idle', waitedMs: 1 } };
const update = (outcome: UpdateOutcome): RolloutEvent => ({ kind: 'update', ...cycle, outcome });
const done: RolloutEvent[] = [
  begin,
  drained,
  update({ kind: 'serving', ...moved }),
  { kind: 'verify', ...cycle, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
];
const restored: RolloutEvent[] = [
  begin,
  drained,
  update({ kind: 'not-serving', ...moved, reason: 'crashed', evidence: ['Error: no such table'] }),
  { kind: 'restore', ...cycle, cycle: 2, outcome: { kind: 'serving', ...moved } },
  { kind: 'verify', ...cycle, cycle: 2, outcome: { kind: 'healthy', build: 'a', tookMs: 1 } },
];
const faulted = (code: FaultCode, sentence: string): RolloutEvent => ({
  kind: 'fault',
  ...cycle,
  stage: 'updating',
  fault: { code, sentence, cure: FAULTS[code].cure, evidence: [] },
});
const unclear: RolloutEvent = {
  kind: 'verify',
  ...cycle,
  outcome: { kind: 'inconclusive', evidence: ['self-check gives no clear answer (asked 3 times): no answer in 5000 ms'] },
};
const migrating: PlanOptions = { manifest: aManifest({ id: 'split-jobs' }) };
const migrated = (why: string): RolloutEvent => {
  return {
    kind: 'migrated',
    migration: 'split-jobs',
    cycle: 1,
    outcome: { kind: 'not-done', evidence: [`the command ended with ${why}`] },
  };
};
const undecided: RolloutEvent = {
  kind: 'migration-fault',
  migration: 'split-jobs',
  cycle: 1,
  fault: {
    code: 'MigrationUndecided',
    sentence: 'On lxc12 migration split-jobs was begun at 2026-11-20T10:00:00.000Z, and nobody knows whether it is done.',
    cure: FAULTS.MigrationUndecided.cure,
    evidence: [],
  },
};
const gated: PlanOptions = { policy: { gates: 'canary' } };
const busy: DrainOutcome = { kind: 'timed-out', waitedMs: 60_000, undone: true, evidence: ['3 jobs in flight'] };

const HELD: Readonly<Record<Hold['reason'], () => string>> = {
  failures: () => held(restored),
  'no-evidence': () => held([begin, { kind: 'drain', ...cycle, outcome: busy }]),
  'no-progress': () => held([begin, { kind: 'tick' }], { policy: { progressDeadline: '30m' } }),
  rejected: () => held([...done, { kind: 'reject', batch: 2, actor: 'ann', reason: 'not on a Friday' }], gated),
  'gate-timeout': () => held([...done, { kind: 'tick' }], gated),
  'drain-timed-out': () =>
    held([begin, { kind: 'drain', ...cycle, outcome: busy }], { policy: { drain: { onTimeout: 'hold' } } }),
  'stop-timed-out': () =>
    held([begin, drained, update({ kind: 'stop-timed-out', waitedMs: 60_000, evidence: [] })], {
      policy: { stop: { onTimeout: 'hold' } },
    }),
  pressure: () =>
    held([begin, drained, update({ kind: 'no-start-slot', waitedMs: 600_000, evidence: ['CPU pressure is 87 % (limit 60 %)'] })]),
  unreachable: () => held([begin, drained, faulted('BoxLost', 'lxc12 could not be reached for 5 minutes.')]),
  'world-changed': () => held([begin, drained, update({ kind: 'superseded', evidence: ['local:jane stopped it'] })]),
  'hook-failed': () =>
    held([
      {
        kind: 'hook',
        outcome: {
          when: 'before',
          name: 'silence',
          outcome: 'failed',
          detail: 'POST to monitor.example.org: 503 try later',
          tookMs: 90,
        },
        holds: true,
      },
    ]),
  inconclusive: () => held([begin, drained, update({ kind: 'serving', ...moved }), unclear]),
  'migration-failed': () => held([{ kind: 'begin-migration', migration: 'split-jobs' }, migrated('exit 4')], migrating),
  'migration-undecided': () => held([{ kind: 'begin-migration', migration: 'split-jobs' }, undecided], migrating),
  'changes-frozen': () =>
    held([
      begin,
      drained,
      faulted('ChangesFrozen', `Changes on this box are frozen by ${JANE.by} since ${JANE.since}: ${JANE.reason}.`),
    ]),
};

const told = (fault: Fault | null): string => {
  if (fault === null) throw new Error('there is no fault');
  return faultLines(fault, paint).join('\n');
};
const asked = { box: 'lxc12', address: 'temporal.example.org:7233' };
const hop: Hop = { ...PLAIN_HOP, name: 'lxc12', host: '10.9.0.12', user: 'lockstep', identityFiles: [] };
const key = (word: string) =>
  parsePublicKey(`ssh-ed25519 ${Buffer.from(`\0\0\0\x0bssh-ed25519${word}`, 'latin1').toString('base64')}`);

/** `lockerctl status` of two lockers, without its first line (versions and pressure). */
const onTheBox = (options: InventoryOptions): string =>
  statusLines(anInventory({ lockers: 2, ...options }))
    .slice(1)
    .join('\n');
const down = { state: 'stopped', initPid: null, healthy: false, reportedBuild: null, running: null } as const;

function refusal(options: PlanOptions): string {
  const result = makePlan(planFacts(options), fakeHash);
  if (result.kind !== 'refused') throw new Error('it is not refused');
  const { code, sentence, cure } = result.refusals[0] ?? {};
  return told(new Fault(code as FaultCode, sentence ?? '', { cure: cure ?? '' }));
}

const OTHERS: Readonly<Record<string, () => string>> = {
  'Somebody holds the box': () =>
    told(heldBy({ holder: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', generation: 7, by: 'jane@desk', since: SINCE })),
  'A locker is down': () => onTheBox({ each: { [one]: down } }),
  'A locker crashes again and again': () => onTheBox({ each: { [one]: { ...down, crashLoop: true } } }),
  'A locker is owed': () => onTheBox({ each: { [one]: { ...down, owed: anOwed() } } }),
  'Changes on a box are frozen': () => onTheBox({ freeze: JANE }),
  'The owner’s data is not mounted': () =>
    refusal({ each: { [one]: { problems: [{ code: 'me-not-mounted', detail: '/Me is on the root filesystem' }] } } }),
  'The box can not be reached': () => told(unreachable(hop, 'nothing listens there (ECONNREFUSED) after 3 ms')),
  'The box refuses the login': () =>
    told(
      refused(hop, ['/root/.ssh/id_ed25519: offered', 'no ssh agent (SSH_AUTH_SOCK is not set)'], 'the host refused every key'),
    ),
  'The host key changed': () =>
    told(hostKeyFault(key('new').blob, { keys: [key('old')], withoutPort: [] }, { hop, certified: false })),
  'The disk of the box is full': () => refusal({ disk: { freeBytes: 10 * 1024 * 1024, freePercent: 0.1 } }),
  'The worker is gone': () => told(silentFault(asked)),
  'The rollout waits, and nothing is wrong': () => standing('waiting-for-approval', done, gated),
  'The rollout is paused in Temporal itself': () => told(pausedFault(asked, [])),
  'The rollout is stuck': () => told(stuckFault(asked, [UNKNOWN_MARKER])),
};

/** As the SDK words it. */
const UNKNOWN_MARKER =
  '[TMPRL1100] Nondeterminism error: Non-deprecated patch marker encountered for change wait-before-drain, but there is no corresponding change command!';

/** By the heading of the page under which it stands. */
export const SYMPTOMS: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(Object.entries(HELD).map(([reason, make]) => [`The rollout holds: ${reason}`, make])),
  ...OTHERS,
};
