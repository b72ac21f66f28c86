/**
 * What an approver sees before he answers, as data: what changed, how it went so far, who asks, what
 * comes next in numbers, what can not be taken back. One function for command line, chat and console.
 * Pure, and small enough for a query.
 */
import { boxLoad } from '../decide/box-load';
import { countEnds, countFailures, stopsAt } from '../decide/count-ends';
import { batchNow, rulesNow } from '../decide/rules-now';
import type { BoxName, LockerName } from '../model/ids';
import type { Counts, LockerEnd } from '../model/outcome';
import type { Plan, ReleaseRef } from '../model/plan';
import type { Policy } from '../model/policy';
import type { Overlay, Progress } from '../model/progress';
import { goneLines } from '../plan/change-section';
import { undoable } from '../plan/undoable';
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
  /** Lockers of the batches that may begin which nothing can bring back. */
  readonly forGood: { readonly neverDeployed: readonly LockerName[] };
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

export interface BriefNext {
  readonly batch: number;
  readonly of: number;
  readonly lockers: readonly LockerName[];
  readonly atOnce: number;
  readonly starting: number;
  readonly soakMs: number;
  /** As planned; null: not known, or the rules were adjusted since. */
  readonly seconds: number | null;
  readonly downSecondsPerLocker: number;
  /** The count of failures at which it stops; null: it goes on whatever fails. */
  readonly stopsAt: number | null;
  /** What begins after it without being asked about. */
  readonly unasked: { readonly batches: number; readonly lockers: number };
  /** The next batch that is asked about; null: this is the last question. */
  readonly asksAgain: number | null;
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
    forGood: { neverDeployed: neverDeployed(plan, progress) },
  };
}

function originsOf({ lockers }: Plan): ApprovalBrief['from'] {
  const counts = new Map<string, number>();
  for (const { from, action } of lockers) {
    if (action !== 'none' && from) counts.set(from.label, (counts.get(from.label) ?? 0) + 1);
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

function nextOf(plan: Plan, progress: Progress, number: number): BriefNext {
  // As the decider will count once it has begun.
  const begun = { ...progress, batch: number };
  const batch = batchNow(plan, progress, number);
  const { maxStarting } = rulesNow(plan, begun);
  const asksAgain = nextGate(plan, progress, number);
  const unasked = plan.batches.filter((one) => one.number > number && one.number < (asksAgain ?? Number.POSITIVE_INFINITY));
  return {
    batch: number,
    of: plan.batches.length,
    lockers: batch?.lockers ?? [],
    atOnce: Math.min(boxLoad(plan, begun).slots, batch?.lockers.length ?? 0),
    starting: maxStarting,
    soakMs: batch?.soakMs ?? 0,
    seconds: isAdjusted(progress) ? null : (plan.expected.batches?.[number - 1] ?? null),
    downSecondsPerLocker: plan.expected.downSecondsPerLocker,
    stopsAt: plan.policy.onFailure === 'continue' ? null : stopsAt(plan, begun),
    unasked: { batches: unasked.length, lockers: unasked.reduce((sum, { lockers }) => sum + lockers.length, 0) },
    asksAgain,
  };
}

function isAdjusted({ overlay }: Progress): boolean {
  const { maxDown, maxStarting, soakMs } = overlay?.rules ?? {};
  return maxDown !== undefined || maxStarting !== undefined || soakMs !== undefined;
}

function nextGate(plan: Plan, progress: Progress, after: number): number | null {
  const next = plan.batches.find(({ number }) => number > after && batchNow(plan, progress, number)?.gate === true);
  return next?.number ?? null;
}

/** Those that the answer lets begin, and that have no version to go back to. */
function neverDeployed(plan: Plan, progress: Progress): LockerName[] {
  const first = progress.gate?.batch ?? 0;
  const end = nextGate(plan, progress, first) ?? Number.POSITIVE_INFINITY;
  const coming = new Set(plan.batches.filter(({ number }) => number >= first && number < end).flatMap(({ lockers }) => lockers));
  return plan.lockers.filter(({ name, from }) => from === null && coming.has(name)).map(({ name }) => name);
}
