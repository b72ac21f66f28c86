/** Approvals, right and wrong in every way, over random states of a rollout. */
import * as fc from 'fast-check';
import { fold } from '../../../domain/decide/fold';
import type { Plan } from '../../../domain/model/plan';
import type { Progress } from '../../../domain/model/progress';
import { assertionText } from '../../../domain/operator/assertion';
import type { Assertion } from '../../../domain/operator/assertion';
import type { OperatorMessage } from '../../../domain/operator/operator-message';
import { mayDo } from '../../../domain/operator/permissions';
import type { RolloutView } from '../../../domain/operator/rollout-view';
import { stateOf } from '../../../domain/operator/rollout-view';
import { aPlan } from '../../support/builders';
import { walkAtRandom } from '../../support/random-walk';

const ROLLOUT = '11111111-1111-4111-8111-111111111111';
const NONCE = 'nonce-nonce-nonce-nonce';
type Approve = Extract<OperatorMessage, { planDigest: string }>;

interface Moment {
  readonly plan: Plan;
  readonly progress: Progress;
  readonly now: number;
}
const viewOf = ({ plan, progress, now }: Moment): RolloutView => ({
  box: plan.box,
  rollout: ROLLOUT,
  by: 'ann@desk',
  phase: 'walking',
  plan,
  progress,
  now,
});

const overlayOf = ({ progress }: Moment) => progress.overlay?.number ?? 0;
function rightOne(moment: Moment, signed: Partial<Assertion> = {}): Approve {
  const { plan, progress, now } = moment;
  const batch = progress.gate?.batch ?? 2;
  const said = {
    rollout: ROLLOUT,
    batch,
    digest: plan.digest,
    overlay: overlayOf(moment),
    opening: progress.gate?.opened ?? 0,
    actor: 'bob',
    nonce: NONCE,
    at: now,
  };
  const proof = { assertion: assertionText({ v: 1, ...said, ...signed }), signature: 'c2ln', key: 'chat' };
  return { kind: 'approve', batch, planDigest: plan.digest, overlay: overlayOf(moment), actor: 'bob', proof };
}
function claimed(moment: Moment): Approve {
  const { proof: _proof, ...message } = rightOne(moment);
  return message;
}
const garbled = (moment: Moment, assertion: string): Approve => ({
  ...rightOne(moment),
  proof: { assertion, signature: 'c2ln', key: 'chat' },
});

/** Each is wrong in one way, at whatever moment. */
const WRONG: Readonly<Record<string, (moment: Moment) => Approve>> = {
  'claimed only': claimed,
  'unreadable assertion': (moment) => garbled(moment, '{}'),
  'another rollout': (moment) => rightOne(moment, { rollout: 'r' }),
  'signed for another batch': (moment) => rightOne(moment, { batch: 77 }),
  'signed for another plan': (moment) => rightOne(moment, { digest: 'f'.repeat(64) }),
  'signed for another overlay': (moment) => rightOne(moment, { overlay: overlayOf(moment) + 1 }),
  'signed for another actor': (moment) => rightOne(moment, { actor: 'cleo' }),
  'too old': (moment) => rightOne(moment, { at: moment.now - 600_001 }),
  'to come': (moment) => rightOne(moment, { at: moment.now + 60_001 }),
  'stale digest': (moment) => ({ ...rightOne(moment, { digest: 'e'.repeat(64) }), planDigest: 'e'.repeat(64) }),
  'no digest': (moment) => ({ ...rightOne(moment), planDigest: '' }),
  early: (moment) => ({ ...rightOne(moment, { batch: 99 }), batch: 99 }),
  late: (moment) => ({ ...rightOne(moment, { batch: 1 }), batch: 1 }),
  'the starter': (moment) => ({ ...rightOne(moment, { actor: 'ann@home' }), actor: 'ann@home' }),
  'somebody who may not': (moment) => ({ ...rightOne(moment, { actor: 'mallory' }), actor: 'mallory' }),
  'a nonce that was used': (moment) => rightOne(moment, { nonce: 'used-used-used-used' }),
};

const USED = { batch: 1, actor: 'bob', at: 1, identity: 'proven', nonce: 'used-used-used-used', key: 'chat' } as const;
const policy = {
  gates: 'every',
  soak: { canary: '0s', batch: '0s' },
  approvers: ['ann', 'bob', 'cleo'],
  fourEyes: true,
  identity: 'proven',
} as const;

const drawFrom = (fcDraw: () => number) => ({ number: (below: number) => fcDraw() % below });

test('in every state every wrong approval is refused with a sentence, and the right one only while a gate waits', () => {
  const plan = aPlan({ lockers: 6, policy: { ...policy, approvers: [...policy.approvers], batches: [1, 2] } });
  const seen = { open: 0, shut: 0 };
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(1_000_000)), (stream) => {
      const draw = drawFrom(() => stream.next().value as number);
      walkAtRandom(plan, draw, ({ after, now }) => {
        const moment = { plan, progress: { ...after, approvals: [...after.approvals, USED] }, now };
        const view = viewOf(moment);
        const before = JSON.stringify(moment.progress);
        for (const [kind, make] of Object.entries(WRONG)) {
          const no = mayDo(make(moment), view);
          if (no === null || !/^approve is refused: .*\S[.:)]?$/.test(no)) throw new Error(`${kind}: ${no} (${stateOf(view)})`);
        }
        const open = after.gate !== null && mayDo(rightOne(moment), view) === null;
        seen[open ? 'open' : 'shut'] += 1;
        expect(after.gate === null && open).toBe(false);
        if (stateOf(view) === 'waiting-for-approval') expect(mayDo(rightOne(moment), view)).toBeNull();
        expect(JSON.stringify(moment.progress)).toBe(before);
      });
    }),
    { numRuns: 12 },
  );
  expect(seen.open).toBeGreaterThan(10);
  expect(seen.shut).toBeGreaterThan(100);
});

const gated: Progress = {
  ...walkTo(),
  gate: { batch: 2, since: 1_000 },
};
function walkTo(): Progress {
  const { progress } = walkAtRandom(aPlan({ lockers: 1, policy: { gates: 'none' } }), { number: (n) => n - 1 }, () => {});
  return progress;
}

test('an approval that is folded again, or another one with its nonce, changes nothing', () => {
  const plan = aPlan();
  const event = { kind: 'approve', actor: 'bob', reason: null, batch: 2, proven: { nonce: NONCE, key: 'chat' } } as const;
  const once = fold(plan, gated, event, 2_000);
  expect(once.approvals).toEqual([{ batch: 2, actor: 'bob', at: 2_000, identity: 'proven', nonce: NONCE, key: 'chat' }]);
  expect(fold(plan, once, event, 3_000).approvals).toEqual(once.approvals);
  const replayed = fold(plan, { ...once, gate: { batch: 3, since: 3_000 } }, { ...event, batch: 3 }, 4_000);
  expect(replayed.approvals).toEqual(once.approvals);
});

test('without a proof the approval is recorded as claimed, and a claim is enough where nobody demands more', () => {
  const plan = aPlan({ policy: { gates: 'canary' } });
  const moment = { plan, progress: { ...gated, approvals: [] }, now: 2_000 };
  expect(mayDo(claimed(moment), viewOf(moment))).toBeNull();
  // One that is signed is looked at all the same.
  expect(mayDo(rightOne(moment, { actor: 'cleo' }), viewOf(moment))).toContain('it was signed for cleo, not for bob');
  const event = { kind: 'approve', actor: 'bob', reason: null, batch: 2 } as const;
  expect(fold(plan, moment.progress, event, 2_000).approvals).toEqual([
    { batch: 2, actor: 'bob', at: 2_000, identity: 'claimed' },
  ]);
});

test('what stops a rollout needs no proof', () => {
  const plan = aPlan({ policy: { ...policy, approvers: [...policy.approvers] } });
  const view = viewOf({ plan, progress: gated, now: 2_000 });
  const reject: OperatorMessage = { kind: 'reject', batch: 2, planDigest: plan.digest, actor: 'mallory' };
  for (const message of [reject, { kind: 'pause' }, { kind: 'abort' }, { kind: 'rollBack' }] as const)
    expect(mayDo(message, view)).toBeNull();
});

test.each<[string, Parameters<typeof aPlan>[0], readonly number[], string | null]>([
  ['anybody may take a gate away where anybody may approve', {}, [], null],
  ['not where approvers are named', { policy: { gates: 'every', approvers: ['bob'] } }, [2], 'the gate before batch 2'],
  ['not under four eyes', { policy: { gates: 'every', fourEyes: true } }, [], 'the gate before batch 2'],
  ['not where identities are proven', { policy: { gates: 'every', identity: 'proven' } }, [1], 'the gate before batch 3'],
  ['one more gate is always right', { policy: { gates: 'canary', identity: 'proven' } }, [1, 2], null],
])('%s', (_what, options, gates, why) => {
  const plan = aPlan(options);
  const at = { ...gated, batch: 1, approvals: [], gate: { batch: 2, since: 1_000 } };
  const answer = mayDo({ kind: 'adjust', rules: { gates } }, viewOf({ plan, progress: at, now: 2_000 }));
  if (why === null) expect(answer).toBeNull();
  else expect(answer).toContain(why);
});
