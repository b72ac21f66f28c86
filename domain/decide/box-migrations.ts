/**
 * Migrations of the whole box in a rollout. Pure, and under Temporal's replay contract. Invariants: no
 * locker begins while one that comes before the first is not done; none begins without the approval of
 * the point of no return; one that runs is waited for whatever else happens; on the way back the
 * reversible ones are undone last, and only where no locker stays on the release that needs them.
 */
import type { LockerName } from '../model/ids';
import type { MigrateOutcome } from '../model/migration';
import type { Plan, PlannedMigration } from '../model/plan';
import type { Hold, LockerProgress, MigrationProgress, Progress, StepFault } from '../model/progress';
import { addHold, addNote, isHalted } from './change-progress';
import type { MigrationEvent } from './rollout-event';

const FRESH: MigrationProgress = { stage: 'waiting', cycle: 1 };

export function migrationAt({ migrations = {} }: Progress, id: string): MigrationProgress {
  return (Object.hasOwn(migrations, id) ? migrations[id] : undefined) ?? FRESH;
}

export function migrationsOf({ migrations = [] }: Plan, when: PlannedMigration['when']): readonly PlannedMigration[] {
  return migrations.filter((migration) => migration.when === when);
}

/** Nobody may say of the rollout that it has ended. */
export function isMigrating({ migrations = {} }: Progress): boolean {
  return Object.values(migrations).some(({ stage }) => stage === 'running' || stage === 'undoing');
}

/** Before the first locker: approvals and migrations that are still to come. */
export function waitsForStart(plan: Plan, progress: Progress): boolean {
  return (
    waitsAtFirstGate(plan, progress) ||
    migrationsOf(plan, 'before-first').some(({ id }) => migrationAt(progress, id).stage !== 'done')
  );
}

export function waitsAtFirstGate({ batches }: Plan, { batch, approvals }: Progress): boolean {
  return batch === 1 && batches[0]?.gate === true && !approvals.some((approval) => approval.batch === 1);
}

/** Which one is to be asked for now. */
export function dueMigration(plan: Plan, progress: Progress): string | null {
  if (isMigrating(progress)) return null;
  if (isHalted(progress)) return null;
  if (progress.rollback) return dueUndo(plan, progress);
  if (progress.batch !== 1 || waitsAtFirstGate(plan, progress)) return null;
  return migrationsOf(plan, 'before-first').find(({ id }) => TO_COME.has(migrationAt(progress, id).stage))?.id ?? null;
}

const TO_COME: ReadonlySet<MigrationProgress['stage']> = new Set<MigrationProgress['stage']>(['waiting', 'open']);

/** It is not done yet. */
export function isBarrierAhead(plan: Plan, progress: Progress): boolean {
  return migrationsOf(plan, 'all-halted').some(({ id }) => migrationAt(progress, id).stage !== 'done');
}

/** From here on nobody goes back as he was. */
export function isBarrierBegun(plan: Plan, progress: Progress): boolean {
  return migrationsOf(plan, 'all-halted').some(({ id }) => migrationAt(progress, id).stage !== 'waiting');
}

/** The last one first. */
export function dueUndo(plan: Plan, progress: Progress): string | null {
  const lockers = Object.values(progress.lockers);
  if (lockers.some(({ stage }) => stage !== 'ended') || lockers.some(mayStay)) return null;
  const done = migrationsOf(plan, 'before-first').filter(
    ({ id, reversible }) => reversible && migrationAt(progress, id).stage === 'done',
  );
  return done.at(-1)?.id ?? null;
}
/** Ends of a roll-back after which a locker may be on the new release. */
const STAYS: ReadonlySet<string> = new Set(['updated', 'failed', 'unreachable']);

function mayStay({ end, linked, halfWay }: LockerProgress): boolean {
  if (end === 'skipped') return linked === true || halfWay === true;
  return end !== null && STAYS.has(end);
}

/** Past it nothing goes back by itself. */
export function pastNoReturn(plan: Plan, progress: Progress): string | null {
  const { migrations = [] } = plan;
  const passed = migrations
    .filter(({ reversible, when }) => !reversible || when === 'all-halted')
    .find((migration) => isBegun(progress, migration));
  return passed?.id ?? null;
}

function isBegun(progress: Progress, { id, lockers }: PlannedMigration): boolean {
  if (lockers === undefined) return migrationAt(progress, id).stage !== 'waiting';
  // One that waits once more has no begin, but its cycle is another.
  return lockers.some((name) => (progress.lockers[name]?.beganAt ?? null) !== null || (progress.lockers[name]?.cycle ?? 1) > 1);
}

/** Why the data of that locker do not fit the release it came from any more; null: they do. */
export function keptBy({ migrations = [] }: Plan, progress: Progress, locker: LockerName): string | null {
  const { halfWay = false } = progress.lockers[locker] ?? {};
  const keeping = migrations.find(({ id, when, reversible, lockers }) => {
    // The release before runs beside one that comes before the first locker.
    if (when === 'before-first' || (reversible && when !== 'all-halted')) return false;
    // Of one that was undecided the box alone knows; it refuses what does not fit.
    return lockers === undefined ? migrationAt(progress, id).stage === 'done' : lockers.includes(locker) && !halfWay;
  });
  return keeping ? `can not go back: migration ${keeping.id} is done on its data` : null;
}

export function foldMigration(progress: Progress, event: MigrationEvent, now: number): Progress {
  const at = migrationAt(progress, event.migration);
  if (event.kind === 'begin-migration') {
    if (TO_COME.has(at.stage)) return change(progress, event.migration, { ...at, stage: 'running' });
    return at.stage === 'done' ? change(progress, event.migration, { cycle: at.cycle + 1, stage: 'undoing' }) : progress;
  }
  if (event.cycle !== at.cycle || (at.stage !== 'running' && at.stage !== 'undoing')) return progress;
  if (event.kind === 'migrated') return foldOutcome(progress, event.migration, event.outcome, now);
  return foldFault(progress, event.migration, event.fault, now);
}

function foldOutcome(progress: Progress, id: string, outcome: MigrateOutcome, now: number): Progress {
  const at = migrationAt(progress, id);
  const undoing = at.stage === 'undoing';
  if (outcome.kind === 'done') {
    const known = outcome.how === 'ran' ? '' : ' already';
    const noted = addNote(progress, `migration ${id} is ${undoing ? 'undone' : 'done'}${known}`, now);
    return change(noted, id, { ...at, stage: undoing ? 'undone' : 'done' });
  }
  const sentence = `Migration ${id} was ${undoing ? 'not undone' : 'not done, and the data are as before'}: ${outcome.evidence[0] ?? 'nobody said why'}`;
  return hold(waitAgain(progress, id), { reason: 'migration-failed', sentence, now });
}

/** The box may be at it all the same: the same token attaches. */
const LEAVES_IT_OPEN: ReadonlySet<string> = new Set(['BoxUnreachable', 'BoxLost', 'LinkLost']);
/** Refused before anything was begun. */
const CERTAINLY_NOT: ReadonlySet<string> = new Set([
  'MeNotMounted',
  'DiskFull',
  'BadRequest',
  'ChangesFrozen',
  'ManifestInvalid',
]);
const ENDS_THE_ROLLOUT: ReadonlySet<string> = new Set(['Fenced', 'NoLease', 'HeldBy']);

function foldFault(progress: Progress, id: string, fault: StepFault, now: number): Progress {
  const at = migrationAt(progress, id);
  if (ENDS_THE_ROLLOUT.has(fault.code)) {
    const open = change(progress, id, { ...at, stage: BEFORE[at.stage] });
    return { ...open, pause: null, gate: null, holds: [], fault: progress.fault ?? fault };
  }
  if (LEAVES_IT_OPEN.has(fault.code)) {
    const open = change(progress, id, { ...at, stage: OPEN[at.stage] });
    return hold(open, { reason: 'migration-failed', sentence: `${fault.sentence} ${fault.cure.replace(/\.$/, '')}`, now });
  }
  const reason = fault.code === 'MigrationUndecided' ? 'migration-undecided' : 'migration-failed';
  const told = fault.evidence.length > 0 ? `: ${fault.evidence.join(' · ')}` : '';
  const again = CERTAINLY_NOT.has(fault.code)
    ? waitAgain(progress, id)
    : change(progress, id, { stage: OPEN[at.stage], cycle: at.cycle + 1 });
  return hold(again, { reason, sentence: `${fault.sentence.replace(/\.$/, '')}${told}`, now });
}

const OPEN = { waiting: 'waiting', running: 'open', open: 'open', done: 'done', undoing: 'done', undone: 'undone' } as const;

const BEFORE: Readonly<Record<MigrationProgress['stage'], MigrationProgress['stage']>> = {
  waiting: 'waiting',
  running: 'waiting',
  open: 'waiting',
  done: 'done',
  undoing: 'done',
  undone: 'undone',
};

function waitAgain(progress: Progress, id: string): Progress {
  const { stage, cycle } = migrationAt(progress, id);
  return change(progress, id, { stage: BEFORE[stage], cycle: cycle + 1 });
}

function change(progress: Progress, id: string, to: MigrationProgress): Progress {
  return { ...progress, migrations: { ...progress.migrations, [id]: to } };
}

function hold(
  progress: Progress,
  { reason, sentence, now }: { reason: Hold['reason']; sentence: string; now: number },
): Progress {
  return addHold(progress, { reason, sentence, liftedBy: ['resume', 'abort'], locker: null, since: now });
}
