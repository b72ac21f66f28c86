/**
 * The rules of a rollout. `PolicyInput` is what people write (fleet.yaml, flags; every key
 * optional, layers merged left to right); `Policy` is the merged rules in milliseconds;
 * `Limits` are the absolutes that the planner derives for one box and prints before the start.
 */
import { z } from 'zod';
import { Duration, PositiveDuration } from './duration';
import { FreezeInput, Window } from './window';

const Percent = z.string().regex(/^(?:100|[1-9]?\d)%$/, 'write a percentage such as 10%');
/** Of a limit that is at least 1: nobody means 0%. */
const PositivePercent = z.string().regex(/^(?:100|[1-9]\d?)%$/, 'write a percentage from 1% to 100%');
const Count = z.int().min(1);
export const CountOrPercent = z.union([Count, PositivePercent]);
export type CountOrPercent = z.infer<typeof CountOrPercent>;

export const BatchSize = z.union([Count, PositivePercent, z.literal('rest')]);
export type BatchSize = z.infer<typeof BatchSize>;
export const Gates = z.union([z.literal('none'), z.literal('canary'), z.literal('every'), z.array(Count).min(1)]);
export type Gates = z.infer<typeof Gates>;

const HttpUrl = z.string().regex(/^https?:\/\/[^\s]+$/, 'a URL such as https://{{locker}}.example.org/health');
const ExternalInput = z.strictObject({
  url: HttpUrl,
  goodProbes: Count.optional(),
  timeout: PositiveDuration.optional(),
  control: HttpUrl.optional(),
});

export const PolicyInput = z
  .strictObject({
    batches: z
      .array(BatchSize)
      .min(1)
      .refine((sizes) => !sizes.slice(0, -1).includes('rest'), 'rest can only be the last: nobody is left after it'),
    maxDown: CountOrPercent,
    maxUnproven: Count,
    maxStarting: Count,
    pressure: z
      .strictObject({
        cpuSomeAvg10: z.number().min(1).max(100),
        memoryAvailable: z.number().min(0).max(90),
        loadPerCore: z.number().min(0.1),
        holdAfter: PositiveDuration,
      })
      .partial(),
    drain: z.strictObject({ timeout: PositiveDuration, onTimeout: z.enum(['skip', 'proceed', 'hold']) }).partial(),
    stop: z.strictObject({ timeout: PositiveDuration, onTimeout: z.enum(['kill', 'hold']) }).partial(),
    verify: z
      .strictObject({ goodProbes: Count, stable: Duration, deadline: PositiveDuration, external: ExternalInput.nullable() })
      .partial(),
    soak: z.strictObject({ canary: Duration, batch: Duration }).partial(),
    rehearsal: z.enum(['auto', 'required', 'off']),
    gates: Gates,
    gateTimeout: PositiveDuration,
    onGateTimeout: z.enum(['hold', 'abort']),
    remindEvery: PositiveDuration.nullable(),
    approvers: z.array(z.string().trim().min(1)).min(1).nullable(),
    fourEyes: z.boolean(),
    identity: z.enum(['claimed', 'proven']),
    maxFailures: z
      .strictObject({ canary: z.int().min(0), batch: z.int().min(0).nullable(), total: z.union([z.int().min(0), Percent]) })
      .partial(),
    maxUnreachable: z.int().min(0),
    progressDeadline: PositiveDuration.nullable(),
    windows: z.array(Window),
    freeze: FreezeInput.nullable(),
    onFailure: z.enum(['hold', 'roll-back', 'continue']),
    rollbackMaxDown: CountOrPercent,
    keepReleases: Count,
    rewind: z.boolean(),
  })
  .partial();
export type PolicyInput = z.infer<typeof PolicyInput>;

export interface Policy {
  readonly batches: readonly BatchSize[];
  readonly maxDown: CountOrPercent;
  /** null: three times maxDown. */
  readonly maxUnproven: number | null;
  readonly maxStarting: number;
  readonly pressure: Pressure;
  readonly drain: DrainPolicy;
  /** True where somebody wrote a drain policy: refused for a service that has no drain. */
  readonly drainIsExplicit: boolean;
  readonly stop: StopPolicy;
  readonly verify: VerifyPolicy;
  readonly soak: { readonly canaryMs: number; readonly batchMs: number };
  /** Absent in plans of an earlier version, which had none. */
  readonly rehearsal?: 'auto' | 'required' | 'off';
  readonly gates: Gates;
  readonly gateTimeoutMs: number;
  /** The next three are absent in plans of an earlier version. */
  readonly onGateTimeout?: 'hold' | 'abort';
  /** A gate that waits is noted so often. null, or absent in plans of an earlier version: never. */
  readonly remindEveryMs?: number | null;
  /** `ann` (on any host) or `ann@lxc-admin`, roles as the people who had them while it was planned; null: anybody. */
  readonly approvers?: readonly string[] | null;
  /** Whoever started it does not approve it. */
  readonly fourEyes?: boolean;
  /** proven: an approval must come with a signed assertion. Absent in plans of an earlier version: claimed. */
  readonly identity?: 'claimed' | 'proven';
  /** `batch` null: none of its own. */
  readonly maxFailures: { readonly canary: number; readonly batch: number | null; readonly total: number | string };
  readonly maxUnreachable: number;
  /** null: it may take as long as it takes. Absent in plans of an earlier version. */
  readonly progressDeadlineMs?: number | null;
  readonly onFailure: 'hold' | 'roll-back' | 'continue';
  readonly rollbackMaxDown: CountOrPercent;
  readonly keepReleases: number;
  /** What crashes again and again after the end of its rollout is brought back by the box itself. Absent in plans of an earlier version. */
  readonly rewind?: boolean;
  /** [] or absent: always. */
  readonly windows?: readonly Window[];
  /** null or absent: none. */
  readonly freeze?: FreezeInput | null;
}

export interface Pressure {
  /** PSI cpu some avg10, per cent. */
  readonly cpuSomeAvg10: number;
  /** MemAvailable, per cent of MemTotal; below it nothing starts. */
  readonly memoryAvailable: number;
  /** Used instead of PSI where the kernel has none. */
  readonly loadPerCore: number;
  readonly holdAfterMs: number;
}
export interface DrainPolicy {
  readonly timeoutMs: number;
  readonly onTimeout: 'skip' | 'proceed' | 'hold';
}
export interface StopPolicy {
  readonly timeoutMs: number;
  readonly onTimeout: 'kill' | 'hold';
}
export interface VerifyPolicy {
  readonly goodProbes: number;
  readonly stableMs: number;
  readonly deadlineMs: number;
  /** Absent or null: what the box sees is enough. */
  readonly external?: ExternalProbe | null;
}
/** From the worker, as somebody outside of the box sees it. */
export interface ExternalProbe {
  /** `{{locker}}`, `{{box}}` and values are filled in. It stands in plan and history: no secret. */
  readonly url: string;
  /** In a row. */
  readonly goodProbes: number;
  /** Until then. */
  readonly timeoutMs: number;
  /** What answers while the worker's own way out is open; null: nothing says so. */
  readonly control: string | null;
}

/** Absolutes for one box. */
export interface Limits {
  /** Lockers of the box not serving at once. */
  readonly maxDown: number;
  readonly maxUnproven: number;
  readonly maxStarting: number;
  /** Failures of the canary batch that are still borne. The next one stops the rollout. */
  readonly canaryFailures: number;
  readonly totalFailures: number;
  /** Of the batch that runs; null: no limit of its own. Absent in plans of an earlier version, as the next one. */
  readonly batchFailures?: number | null;
  readonly unreachable?: number;
  /** Instead of maxDown, on the way back. Absent in plans of an earlier version, whose maxDown it is then. */
  readonly rollbackMaxDown?: number;
}
