/**
 * What migrations mean for starting a locker. Invariants: while one that needs it down is begun and
 * nobody knows what it came to, nothing starts it: not boot, not the dead-man, not a script; once one is
 * done on its data it starts only on a release that contains it. One that comes before the first locker
 * bars nothing: the release before lives with it.
 */
import { stat } from 'node:fs/promises';
import { Fault } from '../../domain/faults';
import type { LockerName, ServiceName, Sha } from '../../domain/model/ids';
import { WHOLE_BOX } from '../../domain/model/migration';
import type { MigrationRecord } from '../../domain/model/migration';
import { NO_MANIFEST } from '../../domain/model/release-manifest';
import type { Migration, ReleaseManifest } from '../../domain/model/release-manifest';
import type { Revision } from '../../domain/model/release';
import type { BoxContext } from '../context';
import type { Daemon } from '../daemon';
import { migrationKey } from '../journal/state';
import type { BoxState } from '../journal/state';
import { git } from '../release/git';
import { evidenceOf } from '../run';
import { mirrorOf } from '../release/mirror';
import { readManifest } from '../release/read-manifest';
import { readRevision, versionsOf } from '../release/versions';
import { nameOf } from './subject';

const concerns = ({ scope, when }: MigrationRecord, locker: LockerName): boolean =>
  when !== 'before-first' && (scope === WHOLE_BOX || scope === locker);
const OPEN: ReadonlySet<MigrationRecord['state']> = new Set<MigrationRecord['state']>(['begun', 'undoing', 'undecided']);

/** null: none holds it down. */
export function barredBy({ migrations }: BoxState, locker: LockerName): MigrationRecord | null {
  return [...migrations.values()].find((record) => OPEN.has(record.state) && concerns(record, locker)) ?? null;
}

export function checkNotBarred(state: BoxState, locker: LockerName): void {
  const record = barredBy(state, locker);
  if (!record) return;
  const how = record.state === 'undecided' ? 'is undecided' : 'runs or ran';
  throw new Fault('MigrationUnderWay', `Locker ${locker} stays down: ${nameOf(record)} ${how} since ${record.at}.`);
}

/** The wished version where it fits the data, else the newest that does. Throws ReleaseTooOld where none does. */
export async function fittingVersion(daemon: Daemon, locker: LockerName, wish: number | null): Promise<number | null> {
  const state = daemon.journal.state();
  const done = doneOn(state, locker);
  const own = [...state.migrations.values()].filter(({ scope }) => scope === locker);
  if (done.length + own.length === 0 || wish === null) return wish;
  for (const version of [wish, ...(await versionsOf(daemon, locker)).toReversed()]) {
    const revision = await readRevision(daemon, locker, version);
    if (!revision || (await lackedIn(daemon, revision, done)).length > 0) continue;
    if (own.length === 0 || !(await needsMore(daemon, locker, revision))) return version;
  }
  throw tooOld(locker, wish, done[0] ?? own[0]);
}

/** What stood still between two migrations, or was undone, is not to be read by that release. One without any of its own has nothing behind it. */
async function needsMore(daemon: Daemon, locker: LockerName, revision: Revision): Promise<boolean> {
  return (await neededBy(daemon, locker, revision)).some(({ when }) => when === 'per-locker');
}

/** Throws ReleaseTooOld before anything is touched: what is done there and can't be taken back on the way. */
export async function checkFitting(daemon: Daemon, locker: LockerName, version: number): Promise<void> {
  const missing = (await lackedBy(daemon, locker, version)).find((record) => !isUndoable(record));
  if (missing) throw tooOld(locker, version, missing);
}

/** Undone while its locker is down, as a part of its move. */
const isUndoable = ({ when, reversible }: MigrationRecord): boolean => when === 'per-locker' && reversible;

/** Done on the data of that locker, or half way there, and nothing that the release of that version contains; the oldest first. */
export async function lackedBy(daemon: Daemon, locker: LockerName, version: number): Promise<MigrationRecord[]> {
  const state = daemon.journal.state();
  const halfWay = [...state.migrations.values()].filter((record) => OPEN.has(record.state) && record.scope === locker);
  const behind = [...doneOn(state, locker), ...halfWay];
  if (behind.length === 0) return [];
  const revision = await readRevision(daemon, locker, version);
  return revision === null ? [] : lackedIn(daemon, revision, behind);
}

/** What the release of that version needs, of its locker or with all halted, and the box does not know as done. */
export async function neededBy(daemon: Daemon, locker: LockerName, revision: Revision): Promise<Migration[]> {
  const { migrations } = await manifestOf(daemon, revision.service, revision.code.revision);
  const state = daemon.journal.state();
  return migrations.filter(({ id, scope }) => {
    const key = migrationKey({ service: revision.service, id, scope: scope === 'box' ? WHOLE_BOX : locker });
    return state.migrations.get(key)?.state !== 'done';
  });
}

function tooOld(locker: LockerName, version: number, record: MigrationRecord | undefined): Fault {
  const which = record ? nameOf(record) : 'a migration';
  return new Fault(
    'ReleaseTooOld',
    `Version ${version} of locker ${locker} lacks ${which}, which is ${record && OPEN.has(record.state) ? 'half way' : 'done'} on its data.`,
  );
}

function doneOn({ migrations }: BoxState, locker: LockerName): MigrationRecord[] {
  return [...migrations.values()].filter((record) => record.state === 'done' && concerns(record, locker));
}

async function lackedIn(box: BoxContext, revision: Revision, done: readonly MigrationRecord[]): Promise<MigrationRecord[]> {
  const lacked: MigrationRecord[] = [];
  for (const record of done.filter(({ service }) => service === revision.service))
    if (!(await contains(box, revision, record))) lacked.push(record);
  return lacked;
}

/** By name, or by descent: a later release may have taken an old migration out of its file. */
async function contains(box: BoxContext, { service, code }: Revision, record: MigrationRecord): Promise<boolean> {
  if (code.revision === record.code.revision) return true;
  const { migrations } = await manifestOf(box, service, code.revision);
  if (migrations.some(({ id }) => id === record.id)) return true;
  const mirror = mirrorOf(box, service, 'code');
  const [older, newer] = [record.code.revision, code.revision];
  if (!(await hasCommit(mirror, older)) || !(await hasCommit(mirror, newer))) return false;
  return yesOrNo(['-C', mirror, 'merge-base', '--is-ancestor', older, newer]);
}

/** Throws MigrationMissing: brought by anything but a rollout, the release would meet data that it can't read. */
export async function checkMigrated(
  daemon: Daemon,
  revision: Revision,
  locker: LockerName,
  asked: readonly string[] = [],
): Promise<void> {
  const missing = (await neededBy(daemon, locker, revision)).find(({ id, scope }) => scope === 'box' || !asked.includes(id));
  if (missing) throw migrationMissing(revision, missing, locker);
}

export function migrationMissing({ release }: Revision, { id }: Pick<Migration, 'id'>, locker: LockerName): Fault {
  return new Fault('MigrationMissing', `${release.label} needs migration ${id}, which is not done for locker ${locker}.`);
}

/** Of a release that was not staged from a mirror (a box that was taken over by hand) nothing is asked. */
async function manifestOf(box: BoxContext, service: ServiceName, revision: Sha): Promise<ReleaseManifest> {
  const mirror = mirrorOf(box, service, 'code');
  if (!(await hasCommit(mirror, revision))) return NO_MANIFEST;
  return readManifest(mirror, revision).catch((error: unknown) => {
    // One that was valid when it was staged. All else says nothing of the release, and must not count as an answer.
    if (error instanceof Fault && error.code === 'ManifestInvalid') return NO_MANIFEST;
    throw error;
  });
}

async function hasCommit(mirror: string, revision: Sha): Promise<boolean> {
  const there = await stat(mirror).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return there !== null && yesOrNo(['-C', mirror, 'cat-file', '-e', revision]);
}

/** Exit 0 and 1 are answers; all else is none. */
async function yesOrNo(args: readonly string[]): Promise<boolean> {
  const ran = await git(args);
  if (ran.code === 0 || ran.code === 1) return ran.code === 0;
  throw new Fault('CommandFailed', `git ${args[2] ?? ''} failed on the box.`, { evidence: evidenceOf(ran) });
}
