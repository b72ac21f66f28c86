/** The one shape that query, `lockstep status`, `--json` and every screen show, and the final result. */
import { askOf, opensAt } from '../decide/decide';
import { countEnds, countFailures, stopsAt } from '../decide/count-ends';
import type { LockerName } from '../model/ids';
import type { Counts } from '../model/outcome';
import type { Plan } from '../model/plan';
import type { EndState, Progress } from '../model/progress';
import type { Finished, LockerStatus, RolloutStatus } from '../model/status';
import { migrationStatus } from './migration-status';
import { askSentence } from './ask-sentence';
import { stateOf } from './rollout-view';
import { openingOf } from './opening-of';
import type { RolloutView } from './rollout-view';

const NO_COUNTS: Counts = { planned: 0, updated: 0, unchanged: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 };

export function statusOf(view: RolloutView): RolloutStatus {
  const { box, rollout, plan, progress } = view;
  const ask = progress && view.phase === 'walking' ? askOf(progress) : null;
  const state = stateOf(view);
  const waits = state === 'waiting-for-window' && plan && progress;
  return {
    kind: 'status',
    box,
    rollout,
    state,
    release: plan && { id: plan.release.id, label: plan.release.label },
    planDigest: plan?.digest ?? null,
    batch: plan && progress && batchOf(plan, progress),
    counts: progress ? countEnds(progress) : NO_COUNTS,
    failures:
      plan && progress
        ? { counted: countFailures(plan, progress).total, stopsAt: stopsAt(plan, progress) }
        : { counted: 0, stopsAt: 0 },
    asks: ask && plan && askSentence(ask, plan),
    gate: plan && progress && gateOf(plan, progress),
    pause: progress?.pause ?? null,
    overlay: progress?.overlay ?? null,
    holds: progress?.holds ?? [],
    lockers: plan && progress ? lockersOf(plan, progress) : [],
    ...(waits && { windowOpensMs: opensAt(plan, progress, view.now) }),
    notes: progress?.notes.map(({ text }) => text) ?? [],
    ...(progress?.hooks && progress.hooks.length > 0 && { hooks: progress.hooks }),
    ...(plan?.migrations && progress && migrationStatus(plan, progress)),
  };
}

/** While a gate stands before a batch, that one is spoken of as the coming one by `asks`; this is the last begun. */
function batchOf(plan: Plan, progress: Progress): RolloutStatus['batch'] {
  const of = plan.batches.length;
  return of === 0 ? null : { number: Math.min(progress.batch, of), of };
}

function gateOf({ policy }: Plan, { gate }: Progress): RolloutStatus['gate'] {
  if (gate === null) return null;
  const { batch, since, reminders } = gate;
  const opening = openingOf(gate);
  return {
    batch,
    sinceMs: since,
    opening,
    ...(policy.identity === 'proven' && { identity: 'proven' }),
    ...(reminders !== undefined && { reminders }),
  };
}

function lockersOf(plan: Plan, progress: Progress): LockerStatus[] {
  const batchOfLocker = new Map(plan.batches.flatMap(({ number, lockers }) => lockers.map((name) => [name, number] as const)));
  return plan.lockers.flatMap(({ name }) => {
    const locker = progress.lockers[name];
    if (!locker) return [];
    const { stage, end, reason, failure, checkFailed = null, downMs, killed } = locker;
    return [
      { name, batch: batchOfLocker.get(name) ?? null, stage, end, reason: reason ?? failure ?? checkFailed, downMs, killed },
    ];
  });
}

/** The result, of a rollout that has come to `state`. */
export function finishedOf(status: RolloutStatus, state: EndState, fault: Finished['fault'] = null): Finished {
  const { box, rollout, release, counts, hooks } = status;
  const exceptions = exceptionsOf(status);
  return { kind: 'finished', box, rollout, state, release, counts, exceptions, ...(hooks && { hooks }), fault };
}

/** Whatever a person should look at: all ends but the good ones, and good ones with a reason beside them. */
export function exceptionsOf({
  lockers,
}: RolloutStatus): { locker: LockerName; end: NonNullable<LockerStatus['end']>; reason: string }[] {
  return lockers.flatMap(({ name, end, reason }) => {
    if (end === null || (reason === null && (end === 'updated' || end === 'unchanged'))) return [];
    return [{ locker: name, end, reason: reason ?? 'no reason was recorded' }];
  });
}
