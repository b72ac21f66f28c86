/** What each outcome of a move, and of its proof, does to its locker. Called for a locker that is in that step only. */
import { formatDuration } from '../model/format-duration';
import type { LockerName } from '../model/ids';
import type { UpdateOutcome, VerifyOutcome } from '../model/outcome';
import type { Plan } from '../model/plan';
import type { Progress } from '../model/progress';
import { NO_WAY_BACK } from './barrier';
import { isBarrierBegun, migrationsOf } from './box-migrations';
import { drainsFirst } from './drains-first';
import { freshCycle } from './fresh-cycle';
import { addHold, addNote, changeLocker, endLocker, sendBack } from './change-progress';
import { holdInconclusive } from './fold-checks';
import { foldDrainTimeout } from './fold-drain';
import { whyRestored } from './roll-back';
import { tellingLine } from './telling-line';

interface Of<O> {
  readonly locker: LockerName;
  readonly outcome: O;
}
type Moved = Extract<UpdateOutcome, { toVersion: number }>;

export function foldUpdate(plan: Plan, before: Progress, { locker, outcome }: Of<UpdateOutcome>, now: number): Progress {
  const progress = 'toVersion' in outcome ? recordDown(before, locker, outcome, now) : before;
  const links = plan.lockers.find(({ name }) => name === locker)?.action === 'link';
  // One that is tried again is there by this rollout, whatever its first try told.
  const { former = null, halfWay = false } = before.lockers[locker] ?? {};
  const already = former === null && !halfWay;
  switch (outcome.kind) {
    case 'serving':
      return changeLocker(progress, locker, { stage: 'verifying' });
    case 'linked':
      if (links) return endLocker(plan, progress, { locker, end: 'updated', reason: null }, now);
      if (isBarrierBegun(plan, progress)) return changeLocker(progress, locker, { stage: 'starting' });
      // Stopped by a script, or by a person since the plan: nobody has seen it run the release.
      return changeLocker(endLocker(plan, progress, { locker, end: 'skipped', reason: STOPPED_BY_OTHERS }, now), locker, {
        linked: true,
      });
    case 'already':
      if (links) return endLocker(plan, progress, { locker, end: already ? 'unchanged' : 'updated', reason: null }, now);
      return changeLocker(progress, locker, { stage: isBarrierBegun(plan, progress) ? 'starting' : 'verifying', already });
    case 'not-serving':
      return failUpdate(
        plan,
        progress,
        { locker, failure: `${NOT_SERVING[outcome.reason]}${tellingLine(outcome.evidence)}` },
        now,
      );
    case 'not-migrated':
      return failUpdate(plan, progress, { locker, failure: notMigrated(outcome) }, now);
    case 'stop-timed-out':
      return holdStuck(progress, { locker, outcome }, now);
    case 'no-start-slot':
      return holdForPressure(takeBack(plan, progress, locker), { locker, outcome }, now);
    case 'not-idle':
      return foldDrainTimeout(plan, progress, { locker, outcome: { ...outcome, kind: 'timed-out', undone: true } }, now);
    case 'superseded':
      break;
  }
  // Whoever came after it may be an earlier run of this rollout (a reset), which counted its cycles too.
  const counted = progress.lockers[locker]?.cycle ?? 0;
  // Twice within the same second, or after days, that number may have been used by this run itself.
  const anew = changeLocker(progress, locker, { cycle: Math.max(freshCycle(now), counted + 1) });
  return holdWorldChanged(takeBack(plan, anew, locker), { locker, outcome }, now);
}

export function foldRestore(plan: Plan, before: Progress, { locker, outcome }: Of<UpdateOutcome>, now: number): Progress {
  const progress = 'toVersion' in outcome ? recordDown(before, locker, outcome, now) : before;
  const { back = false } = progress.lockers[locker] ?? {};
  const failure = whyRestored(progress, locker) ?? 'failed';
  const failed = (why: string) =>
    endLocker(plan, progress, { locker, end: 'failed', reason: `${failure}; and its restore ${why}` }, now);
  const links = plan.lockers.find(({ name }) => name === locker)?.action === 'link';
  // A rollout of an earlier version had that verified, and none of them had such migrations.
  const verifies = !links || migrationsOf(plan, 'per-locker').length === 0;
  switch (outcome.kind) {
    case 'serving':
    case 'already':
      // Nobody sees one serve that stays stopped.
      if (!verifies) return endLocker(plan, progress, { locker, end: 'restored', reason: failure }, now);
      return changeLocker(progress, locker, { stage: 'verifying' });
    case 'linked':
      return endLocker(plan, progress, { locker, end: 'restored', reason: failure }, now);
    case 'not-migrated':
      return failed(`stays on the release: ${notMigrated(outcome)}`);
    case 'not-serving':
      return failed(`${NOT_SERVING[outcome.reason]}${tellingLine(outcome.evidence)}`);
    case 'stop-timed-out':
      return holdStuck(progress, { locker, outcome }, now);
    case 'no-start-slot':
      if (back) return holdForPressure(takeBack(plan, progress, locker), { locker, outcome }, now);
      return failed(`found no start slot within ${formatDuration(outcome.waitedMs)}; the box brings it up when there is room`);
    case 'not-idle':
      if (back)
        return foldDrainTimeout(plan, progress, { locker, outcome: { ...outcome, kind: 'timed-out', undone: true } }, now);
      break;
    case 'superseded':
      break;
  }
  return failed(`was superseded on the box${tellingLine(outcome.evidence)}`);
}

export function foldVerify(plan: Plan, progress: Progress, { locker, outcome }: Of<VerifyOutcome>, now: number): Progress {
  const { already = false } = progress.lockers[locker] ?? {};
  const failure = whyRestored(progress, locker);
  if (outcome.kind === 'healthy') {
    if (failure !== null) return endLocker(plan, progress, { locker, end: 'restored', reason: failure }, now);
    return endLocker(plan, progress, { locker, end: already ? 'unchanged' : 'updated', reason: null }, now);
  }
  if (outcome.kind === 'inconclusive') {
    // On the way back nothing is checked but that it serves.
    if (failure !== null) return endLocker(plan, progress, { locker, end: 'restored', reason: failure }, now);
    return holdInconclusive(progress, { locker, evidence: outcome.evidence }, now);
  }
  const sick = `${UNHEALTHY[outcome.reason]}${tellingLine(outcome.evidence)}`;
  if (failure === null) return failUpdate(plan, progress, { locker, failure: sick }, now);
  return endLocker(plan, progress, { locker, end: 'failed', reason: `${failure}; restored, it ${sick}` }, now);
}

/** On the way forward it was not done, on the way back not undone. */
function notMigrated({ migration, evidence }: Extract<UpdateOutcome, { kind: 'not-migrated' }>): string {
  // What its check was asked with comes last, and says nothing of why.
  return `migration ${migration} of its data came to nothing${tellingLine(evidence.filter((line) => !line.startsWith('$ ')))}`;
}

const STOPPED_BY_OTHERS = 'was stopped, and not by this rollout; its link was moved and it stays stopped';

const NOT_SERVING = {
  crashed: 'crashed after its start',
  'no-answer': 'did not answer its probe after its start',
  'start-failed': 'did not start',
} as const;

const UNHEALTHY = {
  crashed: 'crashed before it was stable',
  'no-answer': 'stopped answering its probe',
  flapping: 'answered its probe now and then only',
  'wrong-build': 'reports another build than the release’s',
  'wrong-mount': 'runs from another directory than the release’s',
  'check-failed': 'failed its checks',
  'not-seen': 'does not answer from outside of its box',
} as const;

/** The way back is a cycle of its own: its tokens are new. A locker that came from nothing has none. */
export function failUpdate(
  plan: Plan,
  progress: Progress,
  { locker, failure }: { readonly locker: LockerName; readonly failure: string },
  now: number,
): Progress {
  if (isBarrierBegun(plan, progress))
    return endLocker(plan, progress, { locker, end: 'failed', reason: `${failure}; ${NO_WAY_BACK}` }, now);
  const from = plan.lockers.find(({ name }) => name === locker)?.from ?? null;
  if (from === null) {
    return endLocker(
      plan,
      progress,
      { locker, end: 'failed', reason: `${failure}; there is no earlier version to restore` },
      now,
    );
  }
  const cycle = (progress.lockers[locker]?.cycle ?? 0) + 1;
  return changeLocker(progress, locker, { stage: 'restoring', failure, cycle, retry: null });
}

function recordDown(progress: Progress, locker: LockerName, { downMs, killed }: Moved, now: number): Progress {
  const before = progress.lockers[locker];
  if (!before) return progress;
  const total = downMs === null ? before.downMs : (before.downMs ?? 0) + downMs;
  const noted = killed ? addNote(progress, `${locker} did not stop in time and was killed`, now) : progress;
  return changeLocker(noted, locker, { downMs: total, killed: before.killed || killed });
}

/** Nothing was stopped: its quiesce, if it had one, is undone before it waits again. */
export function takeBack(plan: Plan, progress: Progress, locker: LockerName): Progress {
  return drainsFirst(plan, locker) ? changeLocker(progress, locker, { stage: 'undraining' }) : sendBack(progress, locker);
}

type Waited = Extract<UpdateOutcome, { waitedMs: number }>;

function holdStuck(progress: Progress, { locker, outcome }: Of<Waited>, now: number): Progress {
  const waited = formatDuration(outcome.waitedMs);
  return addHold(changeLocker(progress, locker, { stage: 'stuck', retry: null }), {
    reason: 'stop-timed-out',
    sentence: `${locker} was told to stop and still runs after ${waited}${tellingLine(outcome.evidence)}`,
    liftedBy: ['retryLocker'],
    locker,
    since: now,
  });
}

function holdForPressure(progress: Progress, { locker, outcome }: Of<Waited>, now: number): Progress {
  const waited = formatDuration(outcome.waitedMs);
  return addHold(progress, {
    reason: 'pressure',
    sentence: `The box let nothing start for ${waited} (${locker} waited first; it was not stopped)${tellingLine(outcome.evidence)}`,
    liftedBy: ['resume', 'abort'],
    locker: null,
    since: now,
  });
}

type Superseded = Extract<UpdateOutcome, { kind: 'superseded' }>;

function holdWorldChanged(progress: Progress, { locker, outcome }: Of<Superseded>, now: number): Progress {
  const sentence = `${locker} was changed by somebody else since its update; resume begins its cycle anew${tellingLine(outcome.evidence)}`;
  return addHold(progress, { reason: 'world-changed', sentence, liftedBy: ['resume', 'abort'], locker, since: now });
}
