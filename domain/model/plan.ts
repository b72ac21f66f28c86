/**
 * The plan: immutable, made once after inspect, leaving nothing to choose. The workflow walks it.
 * Its digest covers from and to release per locker, batches, gates, policy and migrations; never
 * health or what is owed, so that a sick locker does not outdate an approval.
 */
import type { PlannedHooks } from './hook';
import type { BoxName, Digest, LockerName, ReleaseId, ServiceName } from './ids';
import type { MigrationWhen } from './migration';
import type { Limits, Policy } from './policy';
import type { Release } from './release';

export interface ReleaseRef {
  readonly id: ReleaseId;
  readonly label: string;
}

export interface PlannedLocker {
  readonly name: LockerName;
  /** null: never deployed by lockstep. */
  readonly from: (ReleaseRef & { readonly version: number; readonly configDigest: Digest }) | null;
  /** Digest of the config that it will get. */
  readonly configDigest: Digest;
  /**
   * update: drain → update → verify. link: stopped on purpose; its link is moved and it stays stopped.
   * none: already there, counted `unchanged`.
   */
  readonly action: 'update' | 'link' | 'none';
  /** Left out by a person, with why; its action is none then. Absent: it is not. */
  readonly heldOut?: string;
  /** Only since a person said so: down to something older, or once more to what it runs. Absent: it needs no force. */
  readonly forced?: 'down' | 'same';
  /** Whose history has nothing in common with what it runs. Absent: none. */
  readonly strange?: 'code' | 'config' | 'code and config';
  /** What its /Config has and will not have any more. Absent: nothing. */
  readonly goneConfig?: readonly string[];
  /** As seen before. `failing` ones are baseline: updating one takes no slot, its end is not our failure. */
  readonly baseline: 'serving' | 'failing' | 'stopped';
}

export interface PlannedBatch {
  /** 1-based; 1 is the canary. */
  readonly number: number;
  readonly lockers: readonly LockerName[];
  /** The rollout asks before this batch begins. True for batch 1 only before a point of no return. */
  readonly gate: boolean;
  /** After the last locker of this batch has ended. */
  readonly soakMs: number;
}

/** Names only: what they do is on the box. */
export interface PlannedChecks {
  readonly fast: readonly string[];
  readonly full: readonly string[];
  /** Which lockers the full set is asked at the end; absent: all that were updated. */
  readonly sample?: readonly LockerName[];
  /** The longest that one locker's set can take, in milliseconds. */
  readonly longestMs: { readonly fast: number; readonly full: number };
}

/** One that is not done yet in its scope; in the order of the release's manifest. */
export interface PlannedMigration {
  readonly id: string;
  readonly when: MigrationWhen;
  readonly reversible: boolean;
  readonly timeoutMs: number;
  /** Whose data it changes, as a part of the move of each; absent: it runs once for the whole box. */
  readonly lockers?: readonly LockerName[];
}

export interface Plan {
  readonly format: 1;
  readonly box: BoxName;
  readonly service: ServiceName;
  readonly hasDrain: boolean;
  /** Absent: the box fetches. */
  readonly stage?: 'push';
  readonly release: Release;
  readonly policy: Policy;
  readonly limits: Limits;
  /** Every locker that is planned, sorted by name; those with action `none` are in no batch. */
  readonly lockers: readonly PlannedLocker[];
  readonly batches: readonly PlannedBatch[];
  /** Absent: none. */
  readonly migrations?: readonly PlannedMigration[];
  /** Down and owed by an earlier run: brought up before anything else. */
  readonly owed: readonly LockerName[];
  /** Serving lockers that are not ours to stop reduce the slots; this many did not serve when inspected. */
  readonly notServing: number;
  /** When lockers may begin, as epoch milliseconds; absent: always. */
  readonly windows?: readonly { readonly opens: number; readonly closes: number }[];
  /** What lockstep.json of the release asks: met when it was planned, and `check` runs at staging. Absent: nothing. */
  readonly asks?: { readonly from?: string; readonly config?: readonly string[]; readonly check?: readonly string[] };
  /** Absent: the service has none. */
  readonly checks?: PlannedChecks;
  /** Before the first locker; `none` with why not. Absent: in plans of an earlier version, and where nothing is to be done. */
  readonly rehearsal?: { readonly kind: 'due' } | { readonly kind: 'none'; readonly because: string };
  /** Absent: there are none. */
  readonly hooks?: PlannedHooks;
  readonly changes: { readonly code: readonly string[]; readonly config: readonly string[] };
  readonly expected: {
    readonly seconds: number;
    readonly downSecondsPerLocker: number;
    /** Seconds of each batch, its soak included. Absent in plans of an earlier version. */
    readonly batches?: readonly number[];
  };
  /** ISO time of the inventory it was made from. */
  readonly madeFrom: string;
  readonly digest: Digest;
}

/** Why no plan could be made; each is one clear sentence with what to do. */
export interface PlanRefusal {
  readonly code: string;
  readonly locker: LockerName | null;
  readonly sentence: string;
  readonly cure: string;
}
