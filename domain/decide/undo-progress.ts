/** The progress of an ended rollout as the beginning of its way back. Pure. */
import type { LockerName, ReleaseId } from '../model/ids';
import type { Plan } from '../model/plan';
import type { LockerProgress, Progress } from '../model/progress';
import { wasChanged } from './roll-back';

export interface On {
  readonly locker: LockerName;
  /** Release of its `current` now; null: none. */
  readonly release: ReleaseId | null;
}

export function undoProgress(plan: Plan, ended: Progress, on: readonly On[]): Progress {
  const now = new Map(on.map(({ locker, release }) => [locker, release]));
  const lockers = plan.lockers.flatMap(({ name }) => {
    const at = ended.lockers[name];
    return at ? [[name, leftAlone({ ...at, back: false }, plan, now.get(name))] as const] : [];
  });
  return {
    ...ended,
    lockers: Object.fromEntries(lockers),
    hooks: [],
    gate: null,
    pause: null,
    holds: [],
    abort: null,
    fault: null,
    rollback: null,
  };
}

/** Only what still is where the rollout brought it can be taken back. */
function leftAlone(at: LockerProgress, { release }: Plan, current: ReleaseId | null | undefined): LockerProgress {
  if (!wasChanged(at) || current === release.id) return at;
  const reason = current ? 'is on another release by now; left alone' : 'is not on the box any more';
  return { ...at, stage: 'ended', end: 'unchanged', reason };
}
