/**
 * What has happened to a plan so far: the decider's only memory, folded from outcomes, carried
 * through continue-as-new. Plain data, times in epoch milliseconds of workflow time.
 */
import type { HookOutcome } from './hook';
import type { LockerName } from './ids';
import type { LockerEnd } from './outcome';

/**
 * draining, undraining, updating, restoring and stuck count as down (from the begin of its drain to
 * its first good probe), verifying as unproven (serves, not yet stable). undraining: a drain that is
 * taken back. stuck: its stop timed out under `hold`, or its migration is undecided; only retryLocker goes on from there,
 * as it does for one that ended badly.
 * halting, halted, starting: for a migration that needs everybody halted (decide/barrier.ts).
 * inconclusive: up, and its checks gave no clear answer; unproven until somebody has them asked again.
 */
export type LockerStage =
  | 'waiting'
  | 'draining'
  | 'undraining'
  | 'updating'
  | 'verifying'
  | 'inconclusive'
  | 'restoring'
  | 'stuck'
  | 'halting'
  | 'halted'
  | 'starting'
  | 'ended';

export interface LockerProgress {
  readonly stage: LockerStage;
  readonly cycle: number;
  readonly end: LockerEnd | null;
  /** One sentence for people; null where all went well. */
  readonly reason: string | null;
  /** An end that counts against the budget (not the baseline's). */
  readonly counted: boolean;
  /** The release it is on now, as proven; for the report. */
  readonly beganAt: number | null;
  readonly endedAt: number | null;
  readonly downMs: number | null;
  readonly killed: boolean;
  /** Why its update came to nothing; from then on it is being restored. null: nothing went wrong. */
  readonly failure: string | null;
  /** The box found it on the release already: a good verify makes it `unchanged`. */
  readonly already: boolean;
  /** How a person wants a timed out stop to go on; null: as the policy says. */
  readonly retry: 'wait' | 'kill' | null;
  /** How it had ended before a person had it tried again; null or absent: it was not, or has begun and ended since. */
  readonly former?: { readonly end: LockerEnd; readonly reason: string | null } | null;
  /** The rollout had changed it, and it is on its way back, or was. Absent in progress of an earlier version. */
  readonly back?: boolean;
  /** It goes back since the full checks failed on it, with which: that counts as a failure. Absent or null: they did not. */
  readonly checkFailed?: string | null;
  /** How it had ended before it was to go back. Absent: `updated`. */
  readonly cameAs?: LockerEnd;
  /** Its migration was undecided once: the box itself may have brought it to the release since. Absent: no. */
  readonly halfWay?: boolean;
  /** Its link was moved while others kept it stopped: changed, though nobody saw it run. Absent: no. */
  readonly linked?: boolean;
}

/** A fault as a step reports it. `code` is one of domain/faults.ts, or the name of an error that is not ours. */
export interface StepFault {
  readonly code: string;
  readonly sentence: string;
  readonly cure: string;
  readonly evidence: readonly string[];
}

export interface Hold {
  readonly reason:
    | 'failures'
    | 'no-evidence'
    | 'no-progress'
    | 'rejected'
    | 'gate-timeout'
    | 'drain-timed-out'
    | 'stop-timed-out'
    | 'pressure'
    | 'unreachable'
    | 'world-changed'
    | 'changes-frozen'
    | 'inconclusive'
    | 'hook-failed'
    | 'migration-failed'
    | 'migration-undecided';
  /** What happened, with figures. */
  readonly sentence: string;
  /** What lifts it: `resume`, `approve`, `abort`, `rollBack`, `retryLocker`. */
  readonly liftedBy: readonly ('resume' | 'approve' | 'abort' | 'rollBack' | 'retryLocker')[];
  readonly locker: LockerName | null;
  readonly since: number;
}

/** One of the whole box; those of lockers are part of their update. */
export interface MigrationProgress {
  /** running and undoing: on the box, and nobody stops it. open: asked for, and what came of it is not known. done, undone: known. waiting: the data are as before. */
  readonly stage: 'waiting' | 'running' | 'open' | 'done' | 'undoing' | 'undone';
  /** Each asking after a known end has a token of its own. */
  readonly cycle: number;
}

export interface Gate {
  /** The batch that an approval lets begin. */
  readonly batch: number;
  readonly since: number;
  /** Names this opening: when the gate opened, or when its rollout was reset while it stood. Absent in progress of an earlier version. */
  readonly opened?: number;
  /** How often somebody was reminded, and when last. Absent: never. */
  readonly reminders?: number;
  readonly remindedAt?: number;
}

export interface Approval {
  readonly batch: number;
  readonly actor: string;
  readonly at: number;
  /** `claimed`: by the message alone. */
  readonly identity: 'claimed' | 'proven';
  /** Of a proven one: never taken again, and the id of the key that signed it. */
  readonly nonce?: string;
  readonly key?: string;
}

export interface Pause {
  readonly actor: string;
  readonly reason: string | null;
  readonly since: number;
  /** Epoch milliseconds at which it lifts itself; null or absent: somebody lifts it. */
  readonly until?: number | null;
}

/** What a person has changed of the rules of this rollout; what is absent stands as planned. */
export interface Adjustable {
  readonly maxDown?: number;
  readonly maxStarting?: number;
  readonly soakMs?: number;
  /** Gates after these batches, and after no other that is still to come. */
  readonly gates?: readonly number[];
}
export interface Overlay {
  /** 1 for the first adjustment; an approval names the one that was looked at. */
  readonly number: number;
  readonly actor: string;
  readonly at: number;
  readonly rules: Adjustable;
}

export type EndState = 'succeeded' | 'completed-with-exceptions' | 'aborted' | 'rolled-back' | 'failed';
export type RunState =
  | 'planning'
  | 'staging'
  | 'running'
  | 'rolling-back'
  | 'waiting-for-approval'
  | 'waiting-for-window'
  | 'paused'
  | 'held'
  | 'settling'
  | EndState;

export interface Acknowledged {
  readonly canary: number;
  readonly total: number;
  /** Of that batch. Absent in progress of an earlier version, as the next two. */
  readonly batch?: { readonly number: number; readonly failures: number };
  readonly unreachable?: number;
  /** Whose failures these are, and who was not reached. */
  readonly lockers?: readonly LockerName[];
  /** Epoch milliseconds: no sooner does the deadline for progress count. */
  readonly at?: number;
}

/** When the full set is asked: on the canary's lockers after the canary, on all or the sample at the end. */
export type CheckMoment = 'canary' | 'end';

export interface Progress {
  /** Batch that is current, 1-based; batches.length + 1 when all are done. */
  readonly batch: number;
  readonly lockers: { readonly [name: string]: LockerProgress };
  /** By id; absent: the plan has none of the whole box. */
  readonly migrations?: { readonly [id: string]: MigrationProgress };
  /** Everybody who was halted comes back up as he was. Absent: no. */
  readonly turned?: boolean;
  readonly approvals: readonly Approval[];
  readonly gate: Gate | null;
  readonly pause: Pause | null;
  readonly holds: readonly Hold[];
  readonly abort: { readonly actor: string; readonly reason: string | null; readonly at: number } | null;
  /** Absent or null: the plan's own rules. */
  readonly overlay?: Overlay | null;
  /** Everything that was changed goes back; nothing else begins. Absent in progress of an earlier version. */
  readonly rollback?: { readonly actor: string; readonly reason: string | null; readonly at: number } | null;
  /** What ended the rollout itself, such as Fenced: nothing begins, the end state is `failed`. */
  readonly fault: StepFault | null;
  /** Failures that a `resume` has acknowledged: the budgets count on from there. */
  readonly acknowledged: Acknowledged;
  /** When the current batch's last locker ended: its soak counts from here. */
  readonly batchEndedAt: number | null;
  /** When a locker came to its end last, whatever became of it since. Absent: in progress of an earlier version. */
  readonly lastEndAt?: number;
  /** Checks that failed on a locker before the rollout: its baseline. Absent: none did, or there are no checks. */
  readonly failedBefore?: Readonly<Record<string, readonly string[]>>;
  /** Which runs of the full checks are over. */
  readonly checked?: readonly CheckMoment[];
  /** What its hooks came to, in order. */
  readonly hooks?: readonly HookOutcome[];
  /** Recorded notes: kills, refused signals, forced things; newest last, at most 50. */
  readonly notes: readonly { readonly at: number; readonly text: string }[];
}
