/**
 * Hooks of a rollout: what the worker does before the first locker and after the end, such as
 * silencing a monitor. What a hook runs or whom it tells stays in the fleet file (it may hold a
 * secret); plan, history and status know its name.
 */
import { z } from 'zod';
import { ItemName } from './check';
import { PositiveDuration } from './duration';

const HOUR_MS = 3_600_000;

const Common = {
  name: ItemName,
  /** A POST of the facts as JSON; 2xx is done. */
  http: z
    .strictObject({ url: z.string().regex(/^https?:\/\/\S+$/, 'a URL such as https://monitor.example.org/silence') })
    .optional(),
  /** Run on the worker with the facts on stdin; 0 is done. */
  exec: z.array(z.string()).min(1).optional(),
  deadline: PositiveDuration.refine((ms) => ms <= HOUR_MS, 'a hook takes at most 1h').optional(),
};
const isOne = ({ http, exec }: { http?: unknown; exec?: unknown }): boolean => (http === undefined) !== (exec === undefined);
const ONE = 'a hook has either http or exec';

const BeforeHookInput = z.strictObject({ ...Common, onFailure: z.enum(['hold', 'ignore']).optional() }).refine(isOne, ONE);
/** The rollout has ended: nothing is left to hold. */
const AfterHookInput = z.strictObject(Common).refine(isOne, ONE);

const distinct = (hooks: readonly { name: string }[]): boolean => new Set(hooks.map(({ name }) => name)).size === hooks.length;
const TWICE = 'two hooks have one name';

/** Each list stands for itself: a narrower level writes the whole of it, [] for none. */
export const HooksInput = z.strictObject({
  before: z.array(BeforeHookInput).refine(distinct, TWICE).optional(),
  after: z.array(AfterHookInput).refine(distinct, TWICE).optional(),
});
export type HooksInput = z.infer<typeof HooksInput>;

export type HookMoment = 'before' | 'after';

export interface Hook extends PlannedHook {
  readonly act: { readonly kind: 'http'; readonly url: string } | { readonly kind: 'exec'; readonly argv: readonly string[] };
}
/** As a plan names it. */
export interface PlannedHook {
  readonly name: string;
  readonly deadlineMs: number;
  /** What a failure does: after the end it is noted. */
  readonly onFailure: 'hold' | 'ignore';
}
export type PlannedHooks = { readonly [M in HookMoment]: readonly PlannedHook[] };

export interface HookOutcome {
  readonly when: HookMoment;
  readonly name: string;
  readonly outcome: 'done' | 'failed';
  /** Why it failed; null where it did not. */
  readonly detail: string | null;
  readonly tookMs: number;
}
