/**
 * All that workflows may see of the activities: names and types. Each does one effect, is
 * idempotent, and treats "already so" as success. Faults arrive as ApplicationFailure with the
 * fault's code as `type` and its FaultDetails as the only detail.
 */
import type { BoxName, Digest, LockerName, ReleaseId } from '../domain/model/ids';
import type { Lease } from '../domain/model/lease';
import type { Counts, DrainOutcome, UpdateOutcome, VerifyOutcome } from '../domain/model/outcome';
import type { Plan, PlanRefusal } from '../domain/model/plan';
import type { DrainPolicy, PolicyInput, Pressure, StopPolicy, VerifyPolicy } from '../domain/model/policy';

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
}

export interface LaneRule {
  readonly maxStarting: number;
  readonly pressure: Pressure;
}
export interface MoveLocker extends LockerStep {
  readonly stop: StopPolicy;
  readonly lane: LaneRule;
  readonly startDeadlineMs: number;
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
  drainLocker(input: LockerStep & { drain: DrainPolicy }): Promise<DrainOutcome>;
  undrainLocker(input: LockerStep): Promise<void>;
  /** `configDigest`: as planned; a release that had another config before has a version for each. */
  updateLocker(input: MoveLocker & { to: ReleaseId; configDigest?: Digest }): Promise<UpdateOutcome>;
  verifyLocker(input: LockerStep & { verify: VerifyPolicy }): Promise<VerifyOutcome>;
  restoreLocker(input: MoveLocker & { toVersion: number }): Promise<UpdateOutcome>;
  settleBox(
    input: Held & { state: string; release: string | null; counts: Counts; by: string; keepReleases: number },
  ): Promise<{ removed: readonly string[]; owed: readonly LockerName[] }>;
}
