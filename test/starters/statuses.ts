/** A rollout's statuses as its workflow would tell them, for the tests of what people see. */
import { BoxName, LockerName, ReleaseId } from '../../domain/model/ids';
import type { Finished, LockerStatus, RolloutStatus } from '../../domain/model/status';

const release = { id: ReleaseId.parse('r0123456789ab'), label: 'stable-20261120-g4eef65' };
const none = { planned: 4, updated: 0, unchanged: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 };

export function aLocker(name: string, more: Partial<LockerStatus> = {}): LockerStatus {
  return {
    name: LockerName.parse(name),
    batch: 1,
    stage: 'waiting',
    end: null,
    reason: null,
    downMs: null,
    killed: false,
    ...more,
  };
}

export function aStatus(more: Partial<RolloutStatus> = {}): RolloutStatus {
  return {
    kind: 'status',
    box: BoxName.parse('lxc12'),
    rollout: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
    state: 'running',
    release,
    planDigest: 'd'.repeat(64),
    batch: { number: 1, of: 2 },
    counts: none,
    failures: { counted: 0, stopsAt: 1 },
    asks: null,
    gate: null,
    pause: null,
    overlay: null,
    holds: [],
    lockers: [],
    notes: [],
    ...more,
  };
}

const WAITING = ['bob', 'carol', 'dave'].map((name) => aLocker(name, { batch: 2 }));
const ALICE = aLocker('alice', { stage: 'ended', end: 'updated', downMs: 412 });
const BOB = aLocker('bob', {
  batch: 2,
  stage: 'ended',
  end: 'restored',
  downMs: 2_300,
  reason: 'no good probe within 5m',
  killed: true,
});
const asks = 'Approve or reject batch 2 of 2 (3 lockers): npm run lockstep -- approve --box lxc12 --batch 2';
const hold = {
  reason: 'failures',
  sentence: '1 failure, allowed are 0: bob',
  liftedBy: ['resume', 'abort'],
  locker: null,
  since: 9,
} as const;

/** From the first look to a hold, as a follower sees it. */
export const STORY: readonly RolloutStatus[] = [
  aStatus({ state: 'planning', release: null, planDigest: null, batch: null, counts: { ...none, planned: 0 } }),
  aStatus({ lockers: [aLocker('alice', { stage: 'draining' }), ...WAITING] }),
  aStatus({ counts: { ...none, updated: 1 }, lockers: [ALICE, ...WAITING] }),
  aStatus({
    state: 'waiting-for-approval',
    asks,
    gate: { batch: 2, sinceMs: 5 },
    counts: { ...none, updated: 1 },
    lockers: [ALICE, ...WAITING],
  }),
  aStatus({
    state: 'paused',
    pause: { actor: 'eve@desk', reason: 'lunch', since: 7 },
    counts: { ...none, updated: 1 },
    lockers: [ALICE, ...WAITING],
  }),
  aStatus({
    batch: { number: 2, of: 2 },
    counts: { ...none, updated: 1 },
    lockers: [
      ALICE,
      aLocker('bob', { batch: 2, stage: 'restoring' }),
      aLocker('carol', { batch: 2, stage: 'verifying' }),
      aLocker('dave', { batch: 2 }),
    ],
    notes: ['bob was killed after 60s'],
  }),
  aStatus({
    state: 'held',
    batch: { number: 2, of: 2 },
    counts: { ...none, updated: 2, restored: 1 },
    failures: { counted: 1, stopsAt: 1 },
    holds: [hold],
    asks: '1 failure, allowed are 0: bob. Go on: npm run lockstep -- resume --box lxc12',
    lockers: [
      ALICE,
      BOB,
      aLocker('carol', { batch: 2, stage: 'ended', end: 'updated', downMs: 500 }),
      aLocker('dave', { batch: 2 }),
    ],
    notes: ['bob was killed after 60s'],
  }),
];

export function aFinished(more: Partial<Finished> = {}): Finished {
  const { box, rollout } = aStatus();
  const counts = { ...none, updated: 3, restored: 1 };
  const exceptions = [{ locker: LockerName.parse('bob'), end: 'restored' as const, reason: 'no good probe within 5m' }];
  return {
    kind: 'finished',
    box,
    rollout,
    state: 'completed-with-exceptions',
    release,
    counts,
    exceptions,
    fault: null,
    ...more,
  };
}
