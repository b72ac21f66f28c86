/**
 * What one workflow run knows, in one place. Only `apply` changes progress, by the pure fold; a
 * message that comes before there is a plan waits for it.
 */
import type { CancellationScope } from '@temporalio/workflow';
import type { Held } from '../activities/contract';
import { addHold } from '../domain/decide/change-progress';
import { fold } from '../domain/decide/fold';
import type { RolloutEvent } from '../domain/decide/rollout-event';
import { startProgress } from '../domain/decide/start-progress';
import type { LockerName } from '../domain/model/ids';
import type { Plan } from '../domain/model/plan';
import type { Progress } from '../domain/model/progress';
import type { RolloutView } from '../domain/operator/rollout-view';
import type { BoxRolloutInput } from './messages';

/**
 * A timer that comes later than this tells of a time in which no workflow code ran (Temporal's own
 * pause, no worker), and in which nobody could answer us either. Shorter delays are ordinary load.
 */
const LATE_MS = 30_000;

/** A reset in Temporal that this run's history has in it (reset-seen.ts). */
export interface SeenReset {
  /** The length of the history at the first task after it. */
  readonly task: number;
  /** Whether the worker's mending did it: nothing was done after the place that was reset to. */
  readonly mended: Promise<boolean>;
}

export interface Rollout {
  readonly input: BoxRolloutInput;
  phase: RolloutView['phase'];
  plan: Plan | null;
  progress: Progress | null;
  generation: number | null;
  /** `unsure`: it was asked for, and no clear answer came. */
  taking: 'not-yet' | 'unsure' | 'known';
  /** Set when it was planned again after a reset: where its cycles count from. */
  round: number | null;
  /** Runs that go on where another one was, by the worker's mending: which from which. */
  readonly mended: Map<string, string>;
  /** Whether the box is asked who crashes; a run of an earlier version does not. */
  watch: 'not-yet' | 'on' | 'off';
  /** It is being asked. */
  looking: boolean;
  /** Before what it was asked last. */
  lookedAt: string | null;
  /** Counts events, so that a wait sees that something happened. */
  changes: number;
  /** When the running timer should come. */
  dueAt: number | null;
  /** Came before the plan. */
  readonly early: RolloutEvent[];
  /** Lockers with a coroutine of this run. */
  readonly running: Set<LockerName>;
  /** The full checks are being asked by this run. */
  checking: boolean;
  /** Drains that can be recalled. */
  readonly drains: Map<LockerName, CancellationScope>;
  /** Set when Temporal was asked to cancel the workflow. */
  cancelled: Error | null;
  /** Of random numbers, as it was seen last: a reset in Temporal changes it. */
  seed: string;
  /** The newest one; null: there was none. */
  reset: SeenReset | null;
}

export function openRollout(input: BoxRolloutInput, seed: string): Rollout {
  const { carried } = input;
  return {
    input,
    phase: carried ? 'walking' : 'planning',
    plan: carried?.plan ?? null,
    progress: carried?.progress ?? null,
    generation: carried?.generation ?? null,
    taking: carried ? 'known' : 'not-yet',
    round: carried?.round ?? null,
    mended: new Map(),
    watch: 'not-yet',
    looking: false,
    lookedAt: null,
    changes: 0,
    dueAt: null,
    early: [],
    running: new Set(),
    checking: false,
    drains: new Map(),
    cancelled: null,
    seed,
    reset: null,
  };
}

export function beginPlan(rollout: Rollout, plan: Plan): void {
  rollout.plan = plan;
  const progress = startProgress(plan, Date.now());
  rollout.progress = rollout.round === null ? progress : startAnew(plan, progress, rollout.round);
  for (const event of rollout.early.splice(0)) apply(rollout, event);
}

/** After a reset nobody has seen this plan, and the box remembers the cycles of the run before. */
function startAnew(plan: Plan, progress: Progress, round: number): Progress {
  const lockers = Object.fromEntries(Object.entries(progress.lockers).map(([name, at]) => [name, { ...at, cycle: round }]));
  const changing = plan.lockers.filter(({ action }) => action !== 'none').length;
  const sentence = `The rollout was reset in Temporal and planned again: ${changing} of ${plan.lockers.length} lockers to ${plan.release.label}. resume lets it begin.`;
  const hold = { reason: 'world-changed', sentence, liftedBy: ['resume', 'abort'], locker: null, since: Date.now() } as const;
  return changing === 0 ? { ...progress, lockers } : addHold({ ...progress, lockers }, hold);
}

export function apply(rollout: Rollout, event: RolloutEvent): void {
  rollout.changes += 1;
  const { plan, progress, dueAt } = rollout;
  if (plan === null || progress === null) {
    rollout.early.push(event);
    return;
  }
  const now = Date.now();
  const lateMs = dueAt === null ? 0 : now - dueAt;
  // Before anything else: a deadline that passed meanwhile must not count.
  const inTime = lateMs > LATE_MS ? fold(plan, progress, { kind: 'late', ms: lateMs }, now) : progress;
  rollout.dueAt = null;
  rollout.progress = fold(plan, inTime, event, now);
}

export function viewOf({ input, phase, plan, progress }: Rollout): RolloutView {
  const { box, rollout, why = null, overrides = [] } = input;
  return { box, rollout, by: input.by ?? null, why, overrides, phase, plan, progress, now: Date.now() };
}

/** Only after the lease was taken. */
export function heldOf({ input, generation, round }: Rollout): Held {
  if (generation === null) throw new Error('the lease is not taken yet');
  return { box: input.box, rollout: input.rollout, generation, ...(round !== null && { round }) };
}

/** Only after the plan was made. */
export function planOf({ plan, progress }: Rollout): { readonly plan: Plan; readonly progress: Progress } {
  if (plan === null || progress === null) throw new Error('there is no plan yet');
  return { plan, progress };
}
