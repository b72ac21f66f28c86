/**
 * What the chaos harness, its faults and the referee know of each other. A *fault* does one bad
 * thing to one part of a running installation; the *harness* draws fault and moment from a seed,
 * and the *referee* judges what is left from outside evidence only.
 */
import type { RolloutWorld } from './world';

/** Where the rollout was when the fault struck, by the journal of its box; for people. */
export type Phase = 'planning' | 'staging' | 'draining' | 'updating' | 'verifying' | 'soaking' | 'settling' | 'ended';

/**
 * How a run may end: what `watch` reports, and the two ends that no rollout reports itself.
 * `held` counts as an end when no further resume is allowed by the fault's row; `refused`: nothing was begun.
 */
export type End =
  | 'succeeded'
  | 'completed-with-exceptions'
  | 'aborted'
  | 'failed'
  | 'held'
  | 'refused'
  | 'terminated-and-taken-over';

export type FaultGroup = 'orchestrator' | 'link' | 'box' | 'locker' | 'disk' | 'repository' | 'person';

export interface FaultKind {
  /** kebab-case; `--fault NAME`, and the row in docs/reliability.md. */
  readonly name: string;
  readonly group: FaultGroup;
  /** One line for the table: what is done. */
  readonly about: string;
  /** The only allowed ends of the rollout it struck, after `mend` and, where it holds, after `resume`s. */
  readonly ends: readonly End[];
  /** Names of the step boundaries at which alone it can hit something; without it any moment. */
  readonly moments?: readonly string[];
  /** Before the rollout starts (policy, a proxy in the way, a small disk); undone with the world. */
  readonly prepare?: (world: RolloutWorld) => Promise<void>;
  /** Does it, at once, and returns when it is done. */
  readonly strike: (world: RolloutWorld) => Promise<Struck>;
}

export interface Struck {
  /** What exactly was hit, such as `worker 4711 killed` or `l003 frozen`. */
  readonly what: string;
  /** It found nothing to hit: the run does not count. */
  readonly missed?: boolean;
  /** Makes the world good again (worker restarted, link thawed, space freed) where nobody of the product does. Called after `mendAfterMs`. */
  readonly mend?: () => Promise<void>;
  readonly mendAfterMs?: number;
}
