/** What may happen on a box, drawn at random: people and rollouts ask, lockers misbehave, lockerd dies at any of its writes. */
import * as fc from 'fast-check';

export type Wait = 'answer' | 'rest' | 'none';
export type Mischief =
  | 'dies'
  | 'freezes'
  | 'ends-at-once'
  | 'ends-slowly'
  | 'never-ends'
  | 'start-runs'
  | 'start-is-slow'
  | 'start-crashes'
  | 'start-fails'
  | 'sick'
  | 'well'
  | 'busy'
  | 'idle'
  | 'deaf'
  | 'hears';
export const ASKED_VERBS = ['drain', 'undrain', 'update', 'restore', 'verify', 'stop', 'start', 'link', 'settle'] as const;
export type AskedVerb = (typeof ASKED_VERBS)[number];

export type Command =
  | { readonly kind: 'take'; readonly who: number; readonly force: boolean }
  | { readonly kind: 'release' | 'leave' | 'freeze' | 'thaw'; readonly who: number }
  | {
      readonly kind: 'ask';
      readonly verb: AskedVerb;
      /** null: whoever holds the box. */
      readonly who: number | null;
      readonly locker: number;
      readonly fresh: boolean;
      readonly variant: number;
      readonly wait: Wait;
    }
  | { readonly kind: 'repeat'; readonly back: number; readonly asThen: boolean; readonly wait: Wait }
  | { readonly kind: 'rollout'; readonly locker: number; readonly variant: number }
  | { readonly kind: 'mischief'; readonly locker: number; readonly what: Mischief }
  | { readonly kind: 'lxc-fails'; readonly locker: number; readonly times: number }
  | { readonly kind: 'lxc-slow'; readonly locker: number; readonly ms: number }
  | { readonly kind: 'disk-full'; readonly spare: number }
  | { readonly kind: 'disk-free' }
  | {
      readonly kind: 'doom';
      readonly left: number;
      readonly edge: 'before' | 'after';
      readonly power: boolean;
      readonly part: number;
    }
  | { readonly kind: 'die'; readonly power: boolean }
  | { readonly kind: 'start-lockerd'; readonly compacts: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'silence' };

const who = fc.nat(3);
const locker = fc.nat(2);
const wait = fc.constantFrom<Wait[]>('answer', 'answer', 'answer', 'rest', 'none');
const mischief = fc.constantFrom<Mischief[]>(
  'dies',
  'freezes',
  'ends-at-once',
  'ends-slowly',
  'never-ends',
  'start-runs',
  'start-is-slow',
  'start-crashes',
  'start-fails',
  'sick',
  'well',
  'busy',
  'idle',
  'deaf',
  'hears',
);
const verb = fc.constantFrom<AskedVerb[]>(...ASKED_VERBS, 'update', 'stop', 'start', 'drain');
const kind = fc.constant;

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('take' as const), who, force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('release' as const, 'leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('freeze' as const, 'thaw' as const, 'thaw' as const), who }) },
  {
    weight: 30,
    arbitrary: fc.record({
      kind: kind('ask' as const),
      verb,
      who: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: who }),
      locker,
      fresh: fc.boolean(),
      variant: fc.nat(15),
      wait,
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: kind('repeat' as const), back: fc.nat(12), asThen: fc.boolean(), wait }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('rollout' as const), locker, variant: fc.nat(15) }) },
  { weight: 10, arbitrary: fc.record({ kind: kind('mischief' as const), locker, what: mischief }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('lxc-fails' as const), locker, times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('lxc-slow' as const), locker, ms: fc.integer({ min: 1, max: 4_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('disk-full' as const), spare: fc.nat(1_500) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('disk-free' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind('doom' as const),
      left: fc.nat(40),
      edge: fc.constantFrom('before' as const, 'after' as const),
      power: fc.boolean(),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('die' as const), power: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('start-lockerd' as const), compacts: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('pass' as const), ms: fc.integer({ min: 1, max: 6_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('silence' as const) }) },
);
