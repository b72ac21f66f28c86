/** One thing that happens to a rollout, drawn beforehand; whom and what it hits is taken from where the rollout stands. */
import * as fc from 'fast-check';

const number = fc.nat(10_000);

export type Command =
  /** The box answers the step that some locker is in. */
  | { readonly kind: 'answer'; readonly who: number; readonly how: number }
  /** Something that was said before is said again. */
  | { readonly kind: 'repeat'; readonly back: number }
  /** An answer of another cycle or to a step that nobody asked for. */
  | { readonly kind: 'stray'; readonly who: number; readonly how: number }
  | { readonly kind: 'message'; readonly what: number; readonly who: number; readonly how: number }
  /** The box tells of one that crashes again and again after its update. */
  | { readonly kind: 'crash-loop'; readonly who: number }
  | { readonly kind: 'time'; readonly how: number }
  /** No workflow code ran for a while, and the timer comes late. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The worker dies, or the run continues as new: only what can be written down is left. */
  | { readonly kind: 'death' };

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('answer' as const), who: number, how: number }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), back: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stray' as const), who: number, how: number }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('message' as const), what: number, who: number, how: number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash-loop' as const), who: number }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('time' as const), how: number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), ms: fc.integer({ min: 31_000, max: 9_000_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'death' as const }) },
);
