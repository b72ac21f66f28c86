/**
 * All that workflows may see of the activities: names and types. Each does one effect, is
 * idempotent, and treats "already so" as success. Faults arrive as ApplicationFailure with the
 * fault's code as `type` and its FaultDetails as the only detail.
 */
import type { CheckedLocker, CheckSet } from '../domain/model/check';
import type { HookOutcome } from '../domain/model/hook';
import type { HookFacts } from '../domain/model/hook-facts';
import type { BoxName, Digest, LockerName, ReleaseId, ServiceName } from '../domain/model/ids';
import type { SeenLocker } from '../domain/model/inventory';
import type { Proof } from '../domain/operator/assertion';
import type { MigrateOutcome } from '../domain/model/migration';
import type { Lease } from '../domain/model/lease';
import type { Counts, DrainOutcome, StartOutcome, StopOutcome, UpdateOutcome, VerifyOutcome } from '../domain/model/outcome';
import type { Plan, PlannedMigration, PlanRefusal } from '../domain/model/plan';
import type { DrainPolicy, PolicyInput, Pressure, StopPolicy, VerifyPolicy } from '../domain/model/policy';
import type { Release } from '../domain/model/release';
import type { Force } from '../domain/plan/direction';

/** SSH activities have a queue of their own: its rate is limited apart, and eager dispatch can't bypass it. */
export const TASK_QUEUES = { workflows: 'lockstep', ssh: 'lockstep-ssh' } as const;

export interface Held {
  readonly box: BoxName;
  readonly rollout: string;
  readonly generation: number;
  /** Set when it was planned again after a reset in Temporal: its requests on the whole box are new ones. */
  readonly round?: number;
}
export interface LockerStep extends Held {
  readonly locker: LockerName;
  /** A person's retry, a restore and a roll-back count up; Temporal's own retries do not. */
  readonly cycle: number;
}

export interface PlanRequest {
  readonly box: BoxName;
  /** null: the refs of fleet.yaml. */
  readonly ref: string | null;
  readonly policy: PolicyInput;
  /** Lockers that this rollout leaves out, beside those of the fleet file. */
  readonly except?: readonly string[];
  /** Absent: nothing is forced. */
  readonly force?: Force;
}
export type PlanAnswer =
  | {
      readonly kind: 'plan';
      readonly plan: Plan;
      /** The run that asked: not the original one, when it is planned again after a reset. */
      readonly run?: string;
    }
  | { readonly kind: 'refused'; readonly refusals: readonly PlanRefusal[] };

/** What a person wants to know before a lease is ended. */
export interface BoxLook {
  /** null: the box is free. */
  readonly lease: Lease | null;
  readonly owed: readonly LockerName[];
  /** Release of each locker's `current`; null: never deployed by lockstep. */
  readonly on: readonly { readonly locker: LockerName; readonly release: ReleaseId | null }[];
  readonly lane: LaneRule;
  readonly startDeadlineMs: number;
  /** What the box has to tell of its lockers, one sentence each. Absent: by a worker of an earlier version. */
  readonly alarms?: readonly string[];
}

export interface LaneRule {
  readonly maxStarting: number;
  readonly pressure: Pressure;
}
export interface MoveLocker extends LockerStep {
  readonly stop: StopPolicy;
  readonly lane: LaneRule;
  readonly startDeadlineMs: number;
  /** Of its data, that its move runs, or undoes. Absent: none. */
  readonly migrations?: readonly Pick<PlannedMigration, 'id' | 'timeoutMs'>[];
}

export interface ChecksAnswer {
  readonly configured: boolean;
  readonly lockers: readonly CheckedLocker[];
}
export interface MigrateBox extends Held {
  readonly service: ServiceName;
  readonly code: Pick<Release['code'], 'id' | 'revision'>;
  readonly migration: string;
  readonly direction: 'run' | 'undo';
  /** Its own, as the release has it; the box keeps it. */
  readonly timeoutMs: number;
  /** The same on every attempt of one asking. */
  readonly cycle: number;
}

export interface CrashLoop {
  readonly locker: LockerName;
  /** That it is on; null: none of ours. */
  readonly release: ReleaseId | null;
  /** Within five minutes. */
  readonly crashes: number;
  readonly why: string;
}

/** A run that a pause in Temporal has ended: no worker can read its history. */
export interface MendRequest {
  readonly workflowId: string;
  readonly runId: string;
}
/** `runId`: of the run that goes on in its place. */
export type Mended = { readonly kind: 'mended'; readonly runId: string } | { readonly kind: 'not-needed' };
/** Of no box: what a worker does in Temporal itself. */
export interface MendActivities {
  mendRun(request: MendRequest): Promise<Mended>;
}

export interface BoxActivities {
  takeLease(input: { box: BoxName; rollout: string; by: string; force: boolean }): Promise<Lease>;
  /** `generation` null: the box may have granted a lease whose answer got lost; whatever this rollout holds is given back. */
  releaseLease(input: Pick<Held, 'box' | 'rollout'> & { generation: number | null }): Promise<void>;
  /** Who holds the box and what is owed on it; and by which rules that would be brought up. Looks only. */
  inspectBox(input: { box: BoxName }): Promise<BoxLook>;
  /** Inspect, resolve, plan, review. Looks only. */
  planRollout(input: PlanRequest): Promise<PlanAnswer>;
  /** Brings up what an earlier run left owed; returns the lockers that it could not. */
  payOwed(
    input: Held & { lockers: readonly LockerName[]; lane: LaneRule; startDeadlineMs: number },
  ): Promise<{ stillDown: readonly LockerName[] }>;
  stageRelease(input: Held & { plan: Plan }): Promise<{ built: boolean }>;
  /** Throws RehearsalFailed, or RehearsalImpossible where the policy requires one; `not-rehearsed` where it does not. */
  rehearseRelease(input: Held & { plan: Plan }): Promise<Rehearsed>;
  drainLocker(input: LockerStep & { drain: DrainPolicy }): Promise<DrainOutcome>;
  undrainLocker(input: LockerStep): Promise<void>;
  /** `configDigest`: as planned; a release that had another config before has a version for each. */
  updateLocker(input: MoveLocker & { to: ReleaseId; configDigest?: Digest; again?: boolean }): Promise<UpdateOutcome>;
  /** `checks`: the fast set as well; `except`: those that failed on this locker before. */
  verifyLocker(
    input: LockerStep & { verify: VerifyPolicy; checks?: { except: readonly string[]; longestMs: number } },
  ): Promise<VerifyOutcome>;
  /** `lockers` null: all that run. `configured` false: the last stage left none of that set on the box. */
  checkLockers(input: { box: BoxName; lockers: readonly LockerName[] | null; set: CheckSet }): Promise<ChecksAnswer>;
  restoreLocker(input: MoveLocker & { toVersion: number }): Promise<UpdateOutcome>;
  /** Whether that key of the fleet file signed just that text, and may speak for the actor. The text itself the workflow has matched. */
  proveIdentity(input: { box: BoxName; actor: string } & Proof): Promise<IdentityProof>;
  /** The bare stop, for a migration: it stays down until somebody starts it on purpose. */
  haltLocker(input: LockerStep & { stop: StopPolicy; drain: DrainPolicy | null }): Promise<StopOutcome>;
  /** The bare start, on the version that it is linked to. */
  startLocker(input: LockerStep & { lane: LaneRule; startDeadlineMs: number }): Promise<StartOutcome>;
  /** One migration of the whole box, or its undo. Throws MigrationUndecided where a person must say what it came to. */
  migrateBox(input: MigrateBox): Promise<MigrateOutcome>;
  /** Who crashes again and again on the version that he is on. Looks only. */
  watchLockers(input: { box: BoxName }): Promise<{ loops: readonly CrashLoop[] }>;
  /** By the fleet file's hook of that name. A hook that fails is an outcome; its token is the same on every attempt. */
  runHook(input: { box: BoxName; deadlineMs: number; facts: HookFacts }): Promise<HookOutcome>;
  settleBox(
    input: Held & { state: string; release: string | null; counts: Counts; by: string; keepReleases: number },
  ): Promise<{ removed: readonly string[]; owed: readonly LockerName[] }>;
}

/** `why`: the rest of a sentence. */
export type IdentityProof = { readonly kind: 'proven' } | { readonly kind: 'not-proven'; readonly why: string };

export type Rehearsed =
  | { readonly kind: 'rehearsed'; readonly tookMs: number; readonly killed: boolean }
  | { readonly kind: 'not-rehearsed'; readonly because: string };

/** What is there before one locker is added to a box or taken from it, and by which rules. */
export interface LockerLook {
  readonly locker: SeenLocker | null;
  /** Of most lockers of the box; of a box without any, what the fleet file's refs are now. */
  readonly release: Release;
  readonly lane: LaneRule;
  readonly stop: StopPolicy;
  /** null: the service has none. */
  readonly drain: DrainPolicy | null;
  readonly verify: VerifyPolicy;
}

/** For workflows that change which lockers there are; the names are apart from those of a rollout. */
export interface LockerActivities {
  lookAtLocker(input: { box: BoxName; locker: LockerName }): Promise<LockerLook>;
  addLocker(input: LockerStep & { adoptData: boolean }): Promise<{ newData: boolean }>;
  /** Its first version, of that release, and the link to it. */
  deployLocker(input: LockerStep & { release: Release }): Promise<{ version: number }>;
  /** For good: neither lockerd nor a script starts it again. */
  stopLocker(input: LockerStep & { stop: StopPolicy; drain: DrainPolicy | null }): Promise<StopOutcome>;
  /** What a person says of a migration that is undecided; those scopes that it settled. */
  settleMigration(input: SettleMigration): Promise<{ settled: readonly string[] }>;
  /** `data`: where the owner's data still are; null: there are none. */
  removeLocker(input: LockerStep & { deleteData: boolean }): Promise<{ data: string | null }>;
}

export interface SettleMigration {
  readonly box: BoxName;
  readonly migration: string;
  /** null: wherever it is undecided. */
  readonly locker: LockerName | null;
  readonly as: 'done' | 'not-done';
  readonly by: string;
}
