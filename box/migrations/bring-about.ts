/**
 * A migration (or its undo) at most once in its scope, whatever dies. It looks first; announces in the
 * journal before anything can begin; has a runner of its own do it, which outlives lockerd; and takes
 * what it came to from the runner and the check, else from a person.
 * Invariant: an attempt begins only where none was ever announced, or where it is known what the last came to.
 */
import { spawn } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../../domain/faults';
import type { MigrateOutcome, MigrationRecord } from '../../domain/model/migration';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { syncFolder } from '../release/versions';
import { askCheck } from './ask-check';
import { writeBegin } from './attempt-folder';
import { commandOf } from './command-of';
import { folderOf, isAnnounced, settleAttempt } from './settle-attempt';
import { nameOf, recordFor, scopeOf } from './subject';
import type { Subject } from './subject';

export type Direction = 'run' | 'undo';

interface Wish {
  readonly subject: Subject;
  readonly direction: Direction;
  /** Asked last before it begins: why it can't; empty: nothing is in its way. */
  readonly obstacles: () => Promise<readonly string[]>;
}
type Goal = 'done' | 'not-done';

/** `done`: what was asked for is so; for an undo, that the migration is not done any more. */
export async function bringAbout(daemon: Daemon, job: Job, wish: Wish): Promise<MigrateOutcome> {
  const { subject, direction } = wish;
  const began = daemon.now();
  const goal: Goal = direction === 'run' ? 'done' : 'not-done';
  const reached = (how: 'ran' | 'already' | 'found'): MigrateOutcome => ({ kind: 'done', how, tookMs: daemon.now() - began });
  const ranBefore = hasBegun(job, wish);
  const known = await settled(daemon, job, subject);
  if (known?.state === goal) return reached(ranBefore ? 'ran' : 'already');
  // This token has had its one attempt; another one is a person's to ask for.
  if (ranBefore && known) return { kind: 'not-done', evidence: known.evidence };
  const looked = await lookFirst(daemon, job, subject);
  if (looked.kind === 'undecided') return { kind: 'not-done', evidence: [...looked.evidence] };
  if (looked.kind === goal) return reached('found');
  const obstacles = await begin(daemon, job, wish);
  if (obstacles.length > 0) return { kind: 'not-done', evidence: [...obstacles] };
  const after = await settled(daemon, job, subject);
  return after?.state === goal ? reached('ran') : { kind: 'not-done', evidence: after?.evidence ?? [] };
}

function hasBegun(job: Job, { subject, direction }: Wish): boolean {
  const { migration } = subject;
  const isIt = (intent: { id: string; scope: string; direction?: Direction | undefined }) =>
    intent.id === migration.id && intent.scope === scopeOf(subject) && (intent.direction ?? 'run') === direction;
  return job.intended('migrate', isIt) !== null;
}

/** What is known once nobody works on it any more; throws MigrationUndecided where a person must say. */
async function settled(daemon: Daemon, job: Job, subject: Subject): Promise<MigrationRecord | null> {
  const before = recordFor(daemon.journal.state(), subject);
  if (before && isAnnounced(before)) await settleAttempt(daemon, subject, before, job.say);
  const now = recordFor(daemon.journal.state(), subject);
  if (now?.state !== 'undecided') return now;
  const checked = await askCheck(daemon, subject);
  const since = recordFor(daemon.journal.state(), subject);
  // A person was quicker than the check.
  if (since?.state !== 'undecided' || since.attempt !== now.attempt) return since;
  if (checked.kind === 'undecided') throw undecided(daemon, now, checked.evidence);
  await note(daemon, job, { ...now, state: checked.kind, by: 'its check' });
  return recordFor(daemon.journal.state(), subject);
}

/** Nothing of it was begun here, so an answer that can't be had is no reason to begin. */
async function lookFirst(daemon: Daemon, job: Job, subject: Subject) {
  const checked = await askCheck(daemon, subject);
  if (checked.kind !== 'undecided') await noteKnown(daemon, job, subject, { state: checked.kind, by: 'its check' });
  return checked;
}

/** Of one that nobody began here. */
export function noteKnown(
  daemon: Daemon,
  job: Job,
  subject: Subject,
  known: Pick<MigrationRecord, 'state' | 'by'>,
): Promise<void> {
  return note(daemon, job, { ...recordOf(daemon, subject), ...known });
}

async function note(daemon: Daemon, job: Job, record: MigrationRecord): Promise<void> {
  const migration = { ...record, at: new Date(daemon.now()).toISOString(), evidence: [] };
  await job.record({ kind: 'migration', migration });
}

function recordOf(daemon: Daemon, subject: Subject): MigrationRecord {
  const { service, code, migration } = subject;
  const { id, when, reversible } = migration;
  const at = new Date(daemon.now()).toISOString();
  const attempt = recordFor(daemon.journal.state(), subject)?.attempt ?? 0;
  return {
    service,
    id,
    scope: scopeOf(subject),
    state: 'not-done',
    when,
    reversible,
    code,
    attempt,
    by: 'nobody',
    at,
    evidence: [],
  };
}

async function begin(daemon: Daemon, job: Job, { subject, direction, obstacles }: Wish): Promise<readonly string[]> {
  const before = recordOf(daemon, subject);
  const attempt = Math.max(before.attempt, await newestAttempt(dirname(folderOf(daemon, before)))) + 1;
  const state = direction === 'run' ? 'begun' : 'undoing';
  const migration: MigrationRecord = { ...before, state, attempt, by: job.token };
  const folder = folderOf(daemon, migration);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeBegin(folder, await commandOf(daemon, subject, direction, folder));
  await syncFolder(dirname(folder));
  const inTheWay = await obstacles();
  if (inTheWay.length > 0) return inTheWay;
  const intent = { kind: 'migrate', id: migration.id, scope: migration.scope, attempt, direction } as const;
  daemon.log(`${nameOf(migration)}: ${direction === 'run' ? 'begun' : 'its undo begun'} by ${job.token}`);
  await job.effect(intent, async () => startRunner(daemon, folder), [{ kind: 'migration', migration }]);
  return [];
}

/** A journal that was lost must not make an old attempt look like a new one. */
async function newestAttempt(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  return Math.max(0, ...names.map(Number).filter(Number.isInteger));
}

/** In a session of its own. One that can't be started is seen by its silence. */
function startRunner({ self, log }: Daemon, folder: string): void {
  const [command = process.execPath, ...args] = self ?? [];
  const child = spawn(command, [...args, 'run-migration', folder], { detached: true, stdio: 'ignore', cwd: '/' });
  child.once('error', (error) => log(`the runner of ${folder} could not be started: ${error.message}`));
  child.unref();
}

function undecided(daemon: Daemon, record: MigrationRecord, evidence: readonly string[]): Fault {
  const { box } = daemon.config;
  const sentence = `On ${box} ${nameOf(record)} was begun at ${record.at}, and nobody knows whether it is done.`;
  return new Fault('MigrationUndecided', sentence, { evidence: [...record.evidence, ...evidence].slice(0, 40) });
}
