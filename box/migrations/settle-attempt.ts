/**
 * Waits out an attempt that is announced, judges it, and writes down what it came to. Asked by the job
 * that began it, by any later one, and by lockerd itself when it starts; the first one decides.
 */
import { join } from 'node:path';
import type { MigrationRecord } from '../../domain/model/migration';
import type { Daemon } from '../daemon';
import { makeTurns } from '../jobs/turns';
import type { Turns } from '../jobs/turns';
import type { Journal } from '../journal/journal';
import { migrationKey } from '../journal/state';
import { askCheck } from './ask-check';
import { awaitRunner } from './await-runner';
import { needsCheck, verdictOf } from './decide-next';
import type { Verdict } from './decide-next';
import { nameOf } from './subject';
import type { Subject } from './subject';

/** Of each life of lockerd: one that has ended must not keep the next one waiting. */
const turnsOf = new WeakMap<Journal, Turns<string>>();

function turnsIn({ journal }: Daemon): Turns<string> {
  const turns = turnsOf.get(journal) ?? makeTurns<string>();
  turnsOf.set(journal, turns);
  return turns;
}

export const isAnnounced = ({ state }: MigrationRecord): boolean => state === 'begun' || state === 'undoing';

export function folderOf(daemon: Pick<Daemon, 'paths'>, { service, id, scope, attempt }: MigrationRecord): string {
  // A box has no locker of that name.
  return join(daemon.paths.migrations, service, id, scope, String(attempt));
}

export function settleAttempt(
  daemon: Daemon,
  subject: Subject,
  record: MigrationRecord,
  say: (line: string) => void,
): Promise<void> {
  return turnsIn(daemon)(migrationKey(record), async () => {
    const now = daemon.journal.state().migrations.get(migrationKey(record));
    if (!now || now.attempt !== record.attempt || !isAnnounced(now)) return;
    const { state, evidence } = await judge(daemon, subject, now, say);
    const by = state === 'undecided' ? 'its check' : 'its runner and its check';
    const settled = { ...now, state, by, at: new Date(daemon.now()).toISOString(), evidence: [...evidence] };
    await daemon.journal.append({ kind: 'migration', migration: settled });
    daemon.log(`${nameOf(now)}: ${state}${evidence.length > 0 ? ` (${evidence.join(' | ')})` : ''}`);
  });
}

async function judge(daemon: Daemon, subject: Subject, record: MigrationRecord, say: (line: string) => void): Promise<Verdict> {
  const doing = record.state === 'undoing' ? 'its undo runs' : 'it runs';
  const end = await awaitRunner(daemon, folderOf(daemon, record), () => say(`${nameOf(record)}: ${doing}`));
  const checked = needsCheck(end) ? await askCheck(daemon, subject) : null;
  return verdictOf(end, checked, record.state === 'undoing' ? 'not-done' : 'done');
}
