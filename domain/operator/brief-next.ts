/** What an answer at a gate lets begin, in numbers, as the decider will count. Pure. */
import { migrationAt } from '../decide/box-migrations';
import { boxLoad } from '../decide/box-load';
import { stopsAt } from '../decide/count-ends';
import { batchNow, rulesNow } from '../decide/rules-now';
import type { LockerName } from '../model/ids';
import type { Plan, PlannedMigration } from '../model/plan';
import type { Progress } from '../model/progress';

export interface BriefNext {
  readonly batch: number;
  readonly of: number;
  readonly lockers: readonly LockerName[];
  readonly atOnce: number;
  readonly starting: number;
  /** What the answer lets run; `lockers` null: once for the whole box. */
  readonly migrations: readonly BriefMigration[];
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

export type BriefMigration = Pick<PlannedMigration, 'id' | 'when' | 'reversible'> & { readonly lockers: number | null };

export function nextOf(plan: Plan, progress: Progress, number: number): BriefNext {
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
    migrations: migrationsNext(plan, progress),
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

/** Those of the batches that the answer lets begin. */
function comingLockers(plan: Plan, progress: Progress): ReadonlySet<LockerName> {
  const first = progress.gate?.batch ?? 0;
  const end = nextGate(plan, progress, first) ?? Number.POSITIVE_INFINITY;
  return new Set(plan.batches.filter(({ number }) => number >= first && number < end).flatMap(({ lockers }) => lockers));
}

/** They have no version to go back to. */
export function neverDeployed(plan: Plan, progress: Progress): LockerName[] {
  const coming = comingLockers(plan, progress);
  return plan.lockers.filter(({ name, from }) => from === null && coming.has(name)).map(({ name }) => name);
}

function migrationsNext(plan: Plan, progress: Progress): BriefMigration[] {
  const coming = comingLockers(plan, progress);
  return (plan.migrations ?? []).flatMap(({ id, when, reversible, lockers }) => {
    const those = lockers?.filter((name) => coming.has(name)).length ?? null;
    const waits = those === null ? migrationAt(progress, id).stage === 'waiting' : those > 0;
    return waits ? [{ id, when, reversible, lockers: those }] : [];
  });
}
