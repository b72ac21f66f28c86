/**
 * What an approver sees before he answers, as data: what changed, how it went so far, who asks, what
 * comes next in numbers, what can not be taken back. One function for command line, chat and console.
 * Pure, and small enough for a query.
 */
import { pastNoReturn } from '../decide/box-migrations';
import { countEnds, countFailures } from '../decide/count-ends';
import type { BoxName, LockerName } from '../model/ids';
import type { Counts, LockerEnd } from '../model/outcome';
import type { Plan, ReleaseRef } from '../model/plan';
import type { Policy } from '../model/policy';
import type { Overlay, Progress } from '../model/progress';
import { goneLines } from '../plan/change-section';
import { undoable } from '../plan/undoable';
import { neverDeployed, nextOf } from './brief-next';
import type { BriefNext } from './brief-next';
import type { RolloutView } from './rollout-view';
import { exceptionsOf, statusOf } from './rollout-status';

export interface ApprovalBrief {
  readonly kind: 'brief';
  readonly box: BoxName;
  readonly rollout: string;
  readonly release: ReleaseRef;
  readonly planDigest: string;
  /** null: the rules as planned. An approval names its number. */
  readonly overlay: Overlay | null;
  /** How many lockers came from which release, the most first. */
  readonly from: readonly { readonly label: string; readonly lockers: number }[];
  readonly asks: {
    /** Who started it, and why as he said; null: not known, not said. */
    readonly by: string | null;
    readonly why: string | null;
    readonly overrides: readonly string[];
    /** Epoch milliseconds; pauses are not in it. */
    readonly sinceMs: number;
  };
  readonly rules: Pick<Policy, 'approvers' | 'fourEyes' | 'identity' | 'gateTimeoutMs' | 'onGateTimeout' | 'onFailure'>;
  /** `gone`: files that the config loses, one sentence each. */
  readonly changes: Plan['changes'] & { readonly gone: readonly string[] };
  readonly health: BriefHealth;
  readonly next: BriefNext;
  /** What nothing brings back, of that which the answer lets begin; `past`: the migration of which that is so already. */
  readonly forGood: { readonly neverDeployed: readonly LockerName[]; readonly past: string | null };
}

export interface BriefHealth {
  readonly counts: Counts;
  readonly failures: number;
  readonly killed: readonly LockerName[];
  /** Of the lockers that were down so far; null: none was. */
  readonly downMs: { readonly median: number; readonly longest: number } | null;
  readonly exceptions: readonly { readonly locker: LockerName; readonly end: LockerEnd; readonly reason: string }[];
  /** How many a roll-back would bring back now. */
  readonly undoable: number;
}

/** null: no batch waits for an answer. */
export function briefOf(view: RolloutView): ApprovalBrief | null {
  const { box, rollout, plan, progress, by, why = null, overrides = [] } = view;
  if (plan === null || progress?.gate == null || view.phase !== 'walking') return null;
  const { id, label } = plan.release;
  const { approvers = null, fourEyes = false, identity = 'claimed', onGateTimeout = 'hold', ...policy } = plan.policy;
  return {
    kind: 'brief',
    box,
    rollout,
    release: { id, label },
    planDigest: plan.digest,
    overlay: progress.overlay ?? null,
    from: originsOf(plan),
    asks: { by, why, overrides, sinceMs: progress.gate.since },
    rules: { approvers, fourEyes, identity, gateTimeoutMs: policy.gateTimeoutMs, onGateTimeout, onFailure: policy.onFailure },
    changes: { ...plan.changes, gone: goneLines(plan) },
    health: healthOf(view, plan, progress),
    next: nextOf(plan, progress, progress.gate.batch),
    forGood: { neverDeployed: neverDeployed(plan, progress), past: pastNoReturn(plan, progress) },
  };
}

function originsOf({ lockers }: Plan): ApprovalBrief['from'] {
  const counts = new Map<string, number>();
  for (const { from, action } of lockers) {
    const label = from?.label ?? 'nothing (never deployed)';
    if (action !== 'none') counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, many]) => ({ label, lockers: many })).toSorted((a, b) => b.lockers - a.lockers);
}

function healthOf(view: RolloutView, plan: Plan, progress: Progress): BriefHealth {
  const status = statusOf(view);
  const down = status.lockers.flatMap(({ downMs }) => downMs ?? []).toSorted((a, b) => a - b);
  const median = down[Math.floor((down.length - 1) / 2)];
  return {
    counts: countEnds(progress),
    failures: countFailures(plan, progress).total,
    killed: status.lockers.filter(({ killed }) => killed).map(({ name }) => name),
    downMs: median === undefined ? null : { median, longest: down.at(-1) ?? median },
    exceptions: exceptionsOf(status),
    undoable: undoable(plan, progress).length,
  };
}
