/**
 * A migration that needs every locker halted. Pure, and under Temporal's replay contract. All are drained,
 * stopped and confirmed; then it runs once; then they come up on the new release, through the start lane.
 * Invariants: it is asked for only while every locker of the plan is confirmed halted or has ended; before
 * it was begun whatever halts the rollout brings all of them back up as they were; once it was begun none
 * comes up until its outcome is known; once it is done they come up, whoever pauses or aborts.
 */
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { Hold, LockerStage, Progress, StepFault } from '../model/progress';
import { isBarrierAhead, isBarrierBegun, isMigrating, migrationAt, migrationsOf, waitsForStart } from './box-migrations';
import { addHold, addNote, changeLocker, endLocker, isHalted, isStuck, sendBack } from './change-progress';
import { rulesNow } from './rules-now';
import type { StepEvent } from './rollout-event';

/** A stop costs the box little; each is a request of its own. */
const HALTING_AT_ONCE = 25;

const IN_BARRIER: ReadonlySet<LockerStage> = new Set<LockerStage>(['halting', 'halted', 'starting', 'stuck']);
const RISING: ReadonlySet<LockerStage> = new Set<LockerStage>(['updating', 'starting', 'verifying']);

const namesAt = (plan: Plan, progress: Progress, stages: ReadonlySet<LockerStage>): LockerName[] =>
  plan.lockers.map(({ name }) => name).filter((name) => stages.has(progress.lockers[name]?.stage ?? 'ended'));

const HALTED: ReadonlySet<LockerStage> = new Set<LockerStage>(['halted']);
const HALTING: ReadonlySet<LockerStage> = new Set<LockerStage>(['halting']);

/** Begun, and neither here nor there: the lockers can go neither way. */
export function isBetween(plan: Plan, progress: Progress): boolean {
  return isBarrierBegun(plan, progress) && isBarrierAhead(plan, progress) && namesAt(plan, progress, HALTED).length > 0;
}

const waitsForWord = ({ holds }: Progress): boolean =>
  holds.some((hold) => hold.reason === 'migration-failed' || (hold.reason === 'migration-undecided' && !isStuck(hold)));

/** Holds that a person's abort does not lift: what they are about is no safe point. */
export function outlivesAbort(plan: Plan, progress: Progress, hold: Hold): boolean {
  const { reason } = hold;
  if (isStuck(hold)) return true;
  return (reason === 'migration-failed' || reason === 'migration-undecided') && isBetween(plan, progress);
}

export function haltable(plan: Plan, progress: Progress): LockerName[] {
  if (progress.turned || waitsForStart(plan, progress)) return [];
  const room = HALTING_AT_ONCE - namesAt(plan, progress, HALTING).length;
  return (plan.batches[0]?.lockers ?? [])
    .filter((name) => progress.lockers[name]?.stage === 'waiting')
    .slice(0, Math.max(0, room));
}

/** Up again, the way that is open: whatever halts the rollout, up is the safe point. */
export function risers(plan: Plan, progress: Progress): LockerName[] {
  const halted = namesAt(plan, progress, HALTED);
  if (halted.length === 0 || waitsOnBox(progress)) return [];
  if (!progress.turned && isBarrierAhead(plan, progress)) return [];
  const room = rulesNow(plan, progress).maxUnproven - namesAt(plan, progress, RISING).length;
  return halted.slice(0, Math.max(0, room));
}
const waitsOnBox = (progress: Progress): boolean =>
  progress.holds.some(({ reason }) => reason === 'unreachable') || (waitsForWord(progress) && !progress.turned);

/** null: not now. */
export function dueBarrier(plan: Plan, progress: Progress): string | null {
  const halted = namesAt(plan, progress, HALTED);
  if (halted.length === 0 || progress.turned || isMigrating(progress) || waitsForStart(plan, progress)) return null;
  const all = plan.lockers.every(({ name }) => ['halted', 'ended'].includes(progress.lockers[name]?.stage ?? 'ended'));
  const next = migrationsOf(plan, 'all-halted').find(({ id }) => migrationAt(progress, id).stage !== 'done');
  if (!all || !next) return null;
  const free = isBarrierBegun(plan, progress) ? !waitsForWord(progress) : !isHalted(progress) && !progress.rollback;
  return free ? next.id : null;
}

/** Before anything was begun a halt of the rollout turns it: everybody comes up as he was, and waits. */
export function turnBarrier(plan: Plan, progress: Progress): Progress {
  if (!isBarrierAhead(plan, progress)) return progress.turned ? { ...progress, turned: false } : progress;
  const inside = namesAt(plan, progress, IN_BARRIER).length > 0;
  if (progress.turned) return inside ? progress : { ...progress, turned: false };
  const turns = inside && !isBarrierBegun(plan, progress) && (isHalted(progress) || Boolean(progress.rollback));
  return turns ? { ...progress, turned: true } : progress;
}

/** Which way a locker goes that begins inside of it; null: it is none of its business. */
export function beginInBarrier(plan: Plan, progress: Progress, asked: string, now: number): Progress | null {
  const locker = asked as LockerName;
  const at = progress.lockers[locker];
  if (at?.stage === 'waiting') {
    if (!isBarrierAhead(plan, progress) || at.back === true) return null;
    return changeLocker(progress, locker, { stage: 'halting', beganAt: now });
  }
  if (at?.stage !== 'halted') return null;
  if (!progress.turned) return changeLocker(progress, locker, { stage: 'updating' });
  // It was down before, and nobody has started it since.
  const links = plan.lockers.find(({ name }) => name === locker)?.action === 'link';
  return links ? sendBack(progress, locker) : changeLocker(progress, locker, { stage: 'starting' });
}

export function foldHalt(progress: Progress, { locker, outcome }: Extract<StepEvent, { kind: 'halt' }>, now: number): Progress {
  if (outcome.kind !== 'stop-timed-out') return changeLocker(progress, locker, { stage: 'halted' });
  return addHold(changeLocker(progress, locker, { stage: 'stuck', retry: null }), {
    reason: 'stop-timed-out',
    sentence: `${locker} was told to stop and still runs: ${outcome.evidence.at(-1) ?? 'nobody said why'}`,
    liftedBy: ['retryLocker'],
    locker,
    since: now,
  });
}

export function foldStart(
  plan: Plan,
  progress: Progress,
  { locker, outcome }: Extract<StepEvent, { kind: 'start' }>,
  now: number,
): Progress {
  const why = outcome.kind === 'not-serving' ? (outcome.evidence.at(-1) ?? 'nobody said why') : null;
  if (progress.turned) {
    const back = sendBack(progress, locker);
    return why === null ? back : addNote(back, `${locker} does not serve on its old release; the box keeps trying: ${why}`, now);
  }
  if (why === null) return changeLocker(progress, locker, { stage: 'verifying' });
  return endLocker(
    plan,
    progress,
    { locker, end: 'failed', reason: `did not serve after the migration: ${why}; ${NO_WAY_BACK}` },
    now,
  );
}
export const NO_WAY_BACK = 'it can not go back, since its data are migrated';

interface Faulty {
  readonly locker: LockerName;
  readonly fault: StepFault;
}

/** The box could not be asked: it is as it is, and is asked again. */
export function foldLinkInBarrier(plan: Plan, progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  if (progress.abort) {
    const reason = `${fault.sentence} It stands halted for the migration: lxc-start-all on the box brings it up`;
    return endLocker(plan, progress, { locker, end: 'unreachable', reason }, now);
  }
  const sentence = `${fault.sentence} ${fault.cure} Lockers stand halted for the migration until it is asked again`;
  const waits = changeLocker(progress, locker, { stage: 'halted' });
  return addHold(waits, { reason: 'unreachable', sentence, liftedBy: ['resume', 'abort'], locker: null, since: now });
}

export function foldFaultInBarrier(plan: Plan, progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  const liftedBy = ['resume', 'abort'] as const;
  const held = { liftedBy, locker: null, since: now };
  if (progress.lockers[locker]?.stage === 'halting') {
    const sentence = `${locker} could not be halted: ${fault.sentence.replace(/\.$/, '')}`;
    return addHold(changeLocker(progress, locker, { stage: 'halted' }), { reason: 'migration-failed', sentence, ...held });
  }
  if (fault.code === 'MigrationUnderWay') {
    const waits = changeLocker(progress, locker, { stage: 'halted' });
    return addHold(waits, { reason: 'migration-undecided', sentence: fault.sentence.replace(/\.$/, ''), ...held });
  }
  if (progress.turned) return addNote(sendBack(progress, locker), `${locker} could not be started: ${fault.sentence}`, now);
  const reason = `could not be started after the migration: ${fault.sentence} ${NO_WAY_BACK}`;
  return endLocker(plan, progress, { locker, end: 'failed', reason }, now);
}
