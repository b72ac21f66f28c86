/**
 * Everything that can happen to a walking rollout, as data. A step's event names its locker and
 * cycle, so that one which comes late or twice matches no stage any more and changes nothing.
 */
import type { CheckedLocker } from '../model/check';
import type { HookOutcome } from '../model/hook';
import type { LockerName } from '../model/ids';
import type { MigrateOutcome } from '../model/migration';
import type { DrainOutcome, StartOutcome, StopOutcome, UpdateOutcome, VerifyOutcome } from '../model/outcome';
import type { Adjustable, CheckMoment, LockerStage, StepFault } from '../model/progress';

interface OfLocker {
  readonly locker: LockerName;
  readonly cycle: number;
}
interface OfPerson {
  readonly actor: string;
  readonly reason: string | null;
}

export type StepEvent = OfLocker &
  (
    | { readonly kind: 'drain'; readonly outcome: DrainOutcome }
    /** The drain was taken back before it came to anything. */
    | { readonly kind: 'drain-cancelled' }
    | { readonly kind: 'undrain' }
    | { readonly kind: 'halt'; readonly outcome: StopOutcome }
    | { readonly kind: 'start'; readonly outcome: StartOutcome }
    | { readonly kind: 'update'; readonly outcome: UpdateOutcome }
    | { readonly kind: 'verify'; readonly outcome: VerifyOutcome }
    | { readonly kind: 'restore'; readonly outcome: UpdateOutcome }
    /** The step of that stage threw, and trying again is over. */
    | { readonly kind: 'fault'; readonly stage: LockerStage; readonly fault: StepFault }
  );

export type MessageEvent = OfPerson &
  (
    | {
        readonly kind: 'approve';
        readonly batch: number;
        /** Absent: claimed. */
        readonly proven?: { readonly nonce: string; readonly key: string };
      }
    | { readonly kind: 'reject'; readonly batch: number }
    | { readonly kind: 'resume' | 'abort' | 'rollBack' }
    | { readonly kind: 'pause'; readonly until?: number | null }
    | { readonly kind: 'skipLocker'; readonly locker: LockerName }
    | { readonly kind: 'adjust'; readonly rules: Adjustable }
    | { readonly kind: 'retryLocker'; readonly locker: LockerName; readonly how: 'wait' | 'kill' }
  );

/** Of the whole set on many lockers; a `fault` is the way there, not the lockers. */
export type CheckEvent =
  | { readonly kind: 'baseline'; readonly lockers: readonly CheckedLocker[] }
  | { readonly kind: 'checked'; readonly moment: CheckMoment; readonly lockers: readonly CheckedLocker[] }
  | { readonly kind: 'check-fault'; readonly moment: CheckMoment; readonly fault: StepFault };

/** Of a migration of the whole box. */
export type MigrationEvent =
  | { readonly kind: 'begin-migration'; readonly migration: string }
  | { readonly kind: 'migrated'; readonly migration: string; readonly cycle: number; readonly outcome: MigrateOutcome }
  | { readonly kind: 'migration-fault'; readonly migration: string; readonly cycle: number; readonly fault: StepFault };

export type RolloutEvent =
  | StepEvent
  | MessageEvent
  | CheckEvent
  | { readonly kind: 'hook'; readonly outcome: HookOutcome; readonly holds: boolean }
  | { readonly kind: 'begin'; readonly locker: LockerName }
  | MigrationEvent
  /** Time went by: a soak or a gate's timeout may be over. */
  | { readonly kind: 'tick' }
  /** A timer came this late (Temporal's own pause, no worker): our deadlines move by as much. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The history up to here was repeated in another run: whoever was asked before the reset is asked anew. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'note'; readonly text: string }
  /** The box tells that it goes down again and again on what it was brought to. `cycle`: as it was when the box was asked. */
  | (OfLocker & { readonly kind: 'crash-loop'; readonly crashes: number; readonly why: string });
