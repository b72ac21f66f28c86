/**
 * May the adoption of a locker be taken back? As long as its process was started from the old config, or
 * none runs: putting the file back is then all there is to it. One that runs on its new mounts would find
 * them missing at its next crash, so it stays adopted until it is down: stopped on purpose, or because it
 * does not come up on them at all, when this is the way back. Pure.
 */
import type { Digest, LockerName } from '../model/ids';
import type { AdoptionRecord, UndoLocker } from './adoption';

export interface UndoFacts {
  readonly name: LockerName;
  readonly record: NonNullable<AdoptionRecord['lockers'][LockerName]>;
  /** Of its config as it is now; null: it has none. */
  readonly config: Digest | null;
  /** Of the kept original; null: it is not there. */
  readonly original: Digest | null;
  readonly runs: boolean;
  /** The version whose config its init has mounted; null: none, so it is on its old mounts. */
  readonly version: number | null;
  readonly owed: boolean;
}

/** A restored one may be asked again: an undo that was killed has its traces yet to remove. */
export function decideUndo(facts: UndoFacts): UndoLocker {
  const { name, record, config, original, runs, version, owed } = facts;
  const canNot = (because: string, cure: string): UndoLocker => ({ name, kind: 'can-not', because, cure });
  if (owed && runs)
    return canNot(
      'it is owed by a rollout, which has not proven it',
      'Wait for the rollout or start the next one; then undo again.',
    );
  if (runs && version !== null)
    return canNot(
      `it was restarted since and runs version ${version} on its new mounts`,
      `To go back to the old code, roll out its revision: start-rollout --ref REVISION. To leave Lockstep: \`lockerctl stop ${name}\` on the box, undo again, and start it by lxc-start.`,
    );
  const restored: UndoLocker = { name, kind: 'restore', because: runs ? 'still on its old mounts' : 'not running', cure: '' };
  if (config === record.before) return restored;
  if (config !== record.after)
    return canNot('its config was edited since', 'Take the edit out, or put the original in place by hand: it is beside it.');
  if (original !== record.before)
    return canNot('the kept original is not there or was edited', `Put a file with sha-256 ${record.before} there again.`);
  return restored;
}
