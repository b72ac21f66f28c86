/** What query `status`, `lockstep status` and `--json` show. One shape for all of them. */
import type { HookOutcome } from './hook';
import type { BoxName, LockerName } from './ids';
import type { Counts, LockerEnd } from './outcome';
import type { ReleaseRef } from './plan';
import type { MigrationWhen } from './migration';
import type { Hold, LockerStage, MigrationProgress, Overlay, Pause, RunState } from './progress';

export interface LockerStatus {
  readonly name: LockerName;
  readonly batch: number | null;
  readonly stage: LockerStage;
  readonly end: LockerEnd | null;
  readonly reason: string | null;
  readonly downMs: number | null;
  readonly killed: boolean;
}

export interface RolloutStatus {
  readonly kind: 'status';
  readonly box: BoxName;
  readonly rollout: string;
  readonly state: RunState;
  readonly release: ReleaseRef | null;
  readonly planDigest: string | null;
  readonly batch: { readonly number: number; readonly of: number } | null;
  readonly counts: Counts;
  readonly failures: { readonly counted: number; readonly stopsAt: number };
  /** What is asked of a person now: one sentence with the command that answers; null = nothing. */
  readonly asks: string | null;
  /** `sinceMs`: epoch milliseconds. `identity` proven: an approval must be signed. `reminders`: so many went out. */
  readonly gate: {
    readonly batch: number;
    readonly sinceMs: number;
    /** Names this opening of the gate; an approval names it, and is good for no other. */
    readonly opening?: number;
    readonly identity?: 'proven';
    readonly reminders?: number;
  } | null;
  /** Epoch milliseconds, while it waits for a maintenance window; null: none opens any more. */
  readonly windowOpensMs?: number | null;
  readonly pause: Pause | null;
  /** What a person has adjusted; null: the rules as planned. An approval names its number. */
  readonly overlay: Overlay | null;
  readonly holds: readonly Hold[];
  readonly lockers: readonly LockerStatus[];
  readonly notes: readonly string[];
  /** What its hooks came to; absent: none ran. */
  readonly hooks?: readonly HookOutcome[];
  /** What the steps in flight say just now, such as whom one waits for; whoever asks the server adds it. */
  readonly steps?: readonly string[];
  /** Of the plan, in its order; absent: none. `stage` null: part of each locker's update. */
  readonly migrations?: readonly MigrationStatus[];
  /** Whether what can not be undone is still ahead; absent: nothing of the kind is planned. */
  readonly pointOfNoReturn?: 'ahead' | 'passed';
}

export interface MigrationStatus {
  readonly id: string;
  readonly when: MigrationWhen;
  readonly reversible: boolean;
  readonly stage: MigrationProgress['stage'] | null;
}

/** The workflow's result and the last line of `--json`. */
export interface Finished {
  readonly kind: 'finished';
  readonly box: BoxName;
  readonly rollout: string;
  readonly state: 'succeeded' | 'completed-with-exceptions' | 'aborted' | 'rolled-back' | 'failed';
  readonly release: ReleaseRef | null;
  readonly counts: Counts;
  readonly exceptions: readonly { readonly locker: LockerName; readonly end: LockerEnd; readonly reason: string }[];
  /** Absent: none ran. One that failed changes no end. */
  readonly hooks?: readonly HookOutcome[];
  /** Set when state is failed: the fault. */
  readonly fault: {
    readonly code: string;
    readonly sentence: string;
    readonly cure: string;
    readonly evidence: readonly string[];
  } | null;
}
