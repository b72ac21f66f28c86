/**
 * What a step came to, as data (expected news; faults are thrown, see faults.ts).
 * Each planned locker ends in exactly one `LockerEnd`; their counts sum to `planned`.
 */
import { z } from 'zod';

/** Facts a person needs to believe an outcome: command, exit code, last lines, probe answers. */
export const Evidence = z.array(z.string()).max(40);

export const DrainOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('idle'), waitedMs: z.number() }),
  /** The service has no drain, or the locker does not run. */
  z.strictObject({ kind: z.literal('not-needed') }),
  /** By policy: `skip` and `hold` have been undone on the box, `proceed` has not. */
  z.strictObject({ kind: z.literal('timed-out'), waitedMs: z.number(), undone: z.boolean(), evidence: Evidence }),
]);
export type DrainOutcome = z.infer<typeof DrainOutcome>;

const Down = { downMs: z.number().nullable(), killed: z.boolean(), fromVersion: z.int().nullable(), toVersion: z.int() };

/** Of update and of restore: one job on the box, stop → switch → start → first good probe. */
export const UpdateOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('serving'), ...Down }),
  /** `current` was moved, the locker was stopped on purpose and stays so. */
  z.strictObject({ kind: z.literal('linked'), ...Down }),
  /** It was already so; nothing was done. */
  z.strictObject({ kind: z.literal('already'), ...Down }),
  /** It went down and did not serve again on the new version (crashed, or no good probe by the deadline). */
  z.strictObject({
    kind: z.literal('not-serving'),
    ...Down,
    reason: z.enum(['crashed', 'no-answer', 'start-failed']),
    evidence: Evidence,
  }),
  /**
   * Its data could not be brought to where the goal can read them (or, on the way back, taken there), and are as they
   * were; so is its version, `toVersion`, on which it was started again.
   */
  z.strictObject({ kind: z.literal('not-migrated'), ...Down, migration: z.string(), evidence: Evidence }),
  /** `stop.onTimeout: hold`: it still runs, on the old version, with the halt signal sent. */
  z.strictObject({ kind: z.literal('stop-timed-out'), waitedMs: z.number(), evidence: Evidence }),
  /** The lane or pressure let nothing start for `pressure.holdAfter`; nothing was stopped. */
  z.strictObject({ kind: z.literal('no-start-slot'), waitedMs: z.number(), evidence: Evidence }),
  /** Its drain was undone meanwhile, as nobody spoke for it; drained again it was not idle in time. Nothing was stopped. */
  z.strictObject({ kind: z.literal('not-idle'), waitedMs: z.number(), evidence: Evidence }),
  /** An earlier job of this token no longer holds, or another one came after it. Inspect and plan again. */
  z.strictObject({ kind: z.literal('superseded'), evidence: Evidence }),
]);
export type UpdateOutcome = z.infer<typeof UpdateOutcome>;

export const VerifyOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('healthy'), build: z.string(), tookMs: z.number() }),
  z.strictObject({
    kind: z.literal('unhealthy'),
    /** `check-failed` and `not-seen` are what the worker adds: a fast check, and the probe from outside. */
    reason: z.enum(['crashed', 'no-answer', 'flapping', 'wrong-build', 'wrong-mount', 'check-failed', 'not-seen']),
    evidence: Evidence,
  }),
  /** It is up and proven by the box, and a check or the probe from outside gave no clear answer. */
  z.strictObject({ kind: z.literal('inconclusive'), evidence: Evidence }),
]);
export type VerifyOutcome = z.infer<typeof VerifyOutcome>;

/** Of a throwaway locker on the new release, before any real one is touched. */
export const RehearsalOutcome = z.discriminatedUnion('kind', [
  /** `stopped`: by its halt signal in time; else it was killed. */
  z.strictObject({ kind: z.literal('passed'), build: z.string(), tookMs: z.number(), stopped: z.boolean() }),
  z.strictObject({
    kind: z.literal('failed'),
    reason: z.enum([
      'start-failed',
      'crashed',
      'no-answer',
      'flapping',
      'wrong-build',
      'wrong-mount',
      'check-failed',
      'not-seen',
    ]),
    evidence: Evidence,
  }),
  /** The box has not what one locker more needs: nothing was learned of the release. */
  z.strictObject({ kind: z.literal('impossible'), because: z.string() }),
]);
export type RehearsalOutcome = z.infer<typeof RehearsalOutcome>;

/** Of the bare start and stop. */
export type StartOutcome =
  | { readonly kind: 'serving' | 'already' }
  | { readonly kind: 'not-serving'; readonly evidence: readonly string[] };
export type StopOutcome =
  | { readonly kind: 'stopped' | 'already' }
  | { readonly kind: 'stop-timed-out'; readonly evidence: readonly string[] };

export const LockerEnd = z.enum(['updated', 'unchanged', 'restored', 'failed', 'skipped', 'unreachable']);
export type LockerEnd = z.infer<typeof LockerEnd>;

export type Counts = { readonly planned: number } & { readonly [E in LockerEnd]: number };
