/**
 * The rollout's messages: names and types only, so that CLI, console and chat can import them
 * without workflow code. Updates answer; the signals of the same names are for the Temporal Web
 * UI and `temporal workflow signal`: a bad one changes nothing and is noted in the status.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CheckSet } from '../domain/model/check';
import type { BoxName, LockerName } from '../domain/model/ids';
import type { Lease } from '../domain/model/lease';
import type { PolicyInput } from '../domain/model/policy';
import type { Progress } from '../domain/model/progress';
import type { Plan } from '../domain/model/plan';
import type { RolloutStatus } from '../domain/model/status';
import type { ApprovalBrief } from '../domain/operator/approval-brief';
import type { Force } from '../domain/plan/direction';

export interface BoxRolloutInput {
  readonly box: BoxName;
  readonly rollout: string;
  /** Who started it, as claimed. */
  readonly by: string;
  /** Why, as he said; an approver reads it. */
  readonly why?: string;
  /** A full or symbolic ref; null: fleet.yaml's. */
  readonly ref: string | null;
  readonly policy: PolicyInput;
  /** Lockers that it leaves out. */
  readonly except?: readonly string[];
  /** What a person forces, which a plan would refuse or leave alone. Absent: nothing. */
  readonly force?: Force;
  /** What the starter has overridden and why, one sentence each; recorded. */
  readonly overrides?: readonly string[];
  /** The plan a person confirmed; the real one must match. null: nobody was asked. */
  readonly expectedDigest: string | null;
  /** Takes the box from whoever holds it (a rollout that was terminated, a script that hangs); recorded on the box. */
  readonly supersede?: boolean;
  /** Not a rollout of its own: takes back what this one did, which has ended. */
  readonly undo?: Undo;
  /** Set only by continue-as-new. */
  readonly carried?: Carried;
  /** Continue as new at this many events; tests force it small. Default: when the server suggests it. */
  readonly maxHistoryEvents?: number;
}
export interface Undo {
  /** The rollout that is taken back. */
  readonly of: string;
  readonly reason: string | null;
  readonly plan: Plan;
  readonly progress: Progress;
}
/** What a rollout has done, as taking it back needs it; null: it never came to a plan. */
export type Walked = Pick<Undo, 'plan' | 'progress'> | null;
export interface Carried {
  readonly plan: Plan;
  readonly progress: Progress;
  readonly generation: number;
  readonly round?: number;
}

/** To ask lockers their checks alone. */
export interface CheckRequest {
  readonly box: BoxName;
  /** null: all that run. */
  readonly lockers: readonly LockerName[] | null;
  readonly set: CheckSet;
  /** Of one request for a dozen of them, by the fleet file. */
  readonly longestMs: number;
}

/** To end a lease that was left behind. */
export interface ReleaseRequest {
  readonly box: BoxName;
  /** A holder of its own, made at the start: `release-box:<random>`. */
  readonly holder: string;
  /** Who asks and why, as the box records it. */
  readonly by: string;
  /** Who was seen to hold the box; null: nobody. Another one is not thrown out. */
  readonly expectedHolder: string | null;
}
export interface Released {
  /** Of whom the box was taken; null: it was free, and only what was owed was brought up. */
  readonly lease: Lease | null;
  readonly broughtUp: readonly LockerName[];
  readonly stillDown: readonly LockerName[];
}

/** To add one locker to a box, or to take one from it. */
export interface LockerRequest {
  readonly box: BoxName;
  readonly locker: LockerName;
  /** A holder of its own, made at the start: `add-locker:<random>`. */
  readonly holder: string;
  /** Who asks and why, as the box records it. */
  readonly by: string;
  readonly change:
    | { readonly kind: 'add'; readonly adoptData: boolean }
    | { readonly kind: 'remove'; readonly deleteData: boolean };
}
export type LockerChanged =
  | { readonly kind: 'added'; readonly release: string; readonly newData: boolean }
  /** It is there and does not serve, or was not proven: lockerd goes on trying. */
  | { readonly kind: 'added-unproven'; readonly release: string; readonly evidence: readonly string[] }
  /** `data`: where the owner's data still are. */
  | { readonly kind: 'removed'; readonly data: string | null }
  /** It did not end in time, and the policy lets nobody kill it: nothing was removed. */
  | { readonly kind: 'still-running'; readonly evidence: readonly string[] };

export interface Act {
  readonly actor: string;
  readonly reason?: string;
  /** ISO time after which nobody means it any more: a worker that takes it up later refuses it, and the status says so. */
  readonly validUntil?: string;
}
export interface ApproveMessage extends Act {
  /** The batch that is to begin. */
  readonly batch: number;
  readonly planDigest: string;
  /** The adjustment that was looked at, as status numbers it; needed once there is one. */
  readonly overlay?: number;
  /** The opening of the gate that was looked at, as status shows it: after a reset in Temporal the gate has another one. */
  readonly opening?: number;
  /** All three, or none: the signed text of domain/operator/assertion.ts, its signature in base64, the id of the key. For an approval. */
  readonly assertion?: string;
  readonly signature?: string;
  readonly key?: string;
}
export interface PauseMessage extends Act {
  /** ISO time at which the pause lifts itself. */
  readonly until?: string;
}
/** What is absent stays as it is. */
export interface AdjustMessage extends Act {
  readonly maxDown?: number;
  readonly maxStarting?: number;
  readonly soakMs?: number;
  /** Gates after these batches, of those that are still to come; []: no more. */
  readonly gates?: readonly number[];
}
export interface SkipLockerMessage extends Act {
  readonly locker: LockerName;
}
export interface RetryLockerMessage extends Act {
  readonly locker: LockerName;
  /** For one that hangs in its stop; default: wait. */
  readonly how?: 'wait' | 'kill';
}

export const approve = defineUpdate<string, [ApproveMessage]>('approve');
export const reject = defineUpdate<string, [ApproveMessage]>('reject');
export const pause = defineUpdate<string, [PauseMessage]>('pause');
export const resume = defineUpdate<string, [Act]>('resume');
export const abort = defineUpdate<string, [Act]>('abort');
export const rollBack = defineUpdate<string, [Act]>('rollBack');
export const adjust = defineUpdate<string, [AdjustMessage]>('adjust');
export const skipLocker = defineUpdate<string, [SkipLockerMessage]>('skipLocker');
export const retryLocker = defineUpdate<string, [RetryLockerMessage]>('retryLocker');

export const approveSignal = defineSignal<[Partial<ApproveMessage>]>('approve');
export const rejectSignal = defineSignal<[Partial<ApproveMessage>]>('reject');
export const pauseSignal = defineSignal<[Partial<PauseMessage>]>('pause');
export const resumeSignal = defineSignal<[Partial<Act>]>('resume');
export const abortSignal = defineSignal<[Partial<Act>]>('abort');
export const rollBackSignal = defineSignal<[Partial<Act>]>('rollBack');

/** Of the worker that mended the rollout after a pause in Temporal: `to` goes on where `from` was, with nothing between them. */
export interface MendedMessage {
  readonly from: string;
  readonly to: string;
}
export const mendedSignal = defineSignal<[MendedMessage]>('mended');

export const status = defineQuery<RolloutStatus>('status');
/** What an approver should see; null: no batch waits for an answer. */
export const brief = defineQuery<ApprovalBrief | null>('brief');
export const walked = defineQuery<Walked>('walked');

export const workflowIdOf = (box: string): string => `box/${box}`;
/** The preview is a short read-only workflow of its own: it may run while a rollout does. */
export const previewIdOf = (box: string, nonce: string): string => `preview/${box}/${nonce}`;

export const checkIdOf = (box: string, nonce: string): string => `check/${box}/${nonce}`;
export const lookIdOf = (box: string, nonce: string): string => `look/${box}/${nonce}`;
/** One at a time for a box. */
export const settleIdOf = (box: string, nonce: string): string => `settle/${box}/${nonce}`;
export const releaseIdOf = (box: string): string => `release/${box}`;

/** One at a time for a box. */
export const lockerIdOf = (box: string): string => `locker/${box}`;

/** One at a time for a workflow, whichever worker sees that it is needed. */
export const mendIdOf = (workflowId: string): string => `mend/${workflowId}`;

/** Visible in lists of the Web UI, also while queries are refused. Registered by embedded/ and the set-up script. */
export const SEARCH_ATTRIBUTES = {
  LockstepBox: 'KEYWORD',
  LockstepPhase: 'KEYWORD',
  LockstepRelease: 'KEYWORD',
  LockstepUpdated: 'INT',
  LockstepFailed: 'INT',
} as const;
