/**
 * Waits out every attempt that was announced and that no job works on, whoever asks for it again, or nobody:
 * at the start of lockerd and now and then after it, since while one is announced nothing starts its lockers.
 */
import type { LockerName } from '../../domain/model/ids';
import { WHOLE_BOX } from '../../domain/model/migration';
import type { MigrationRecord } from '../../domain/model/migration';
import type { Daemon } from '../daemon';
import { faultOf } from '../fault-of';
import { migrationKey } from '../journal/state';
import { isAnnounced, settleAttempt } from './settle-attempt';
import { nameOf, subjectOf } from './subject';

/** What kept it from being settled (data that are not mounted yet, most of all) may pass. */
const AGAIN_AFTER_MS = 30_000;

/** `under`: those that are being waited for, or were in vain a moment ago. */
export function takeUpMigrations(daemon: Daemon, under: Set<string>): void {
  const working = new Set(daemon.jobs.running().map(({ token }) => String(token)));
  for (const record of daemon.journal.state().migrations.values()) {
    const key = migrationKey(record);
    if (!isAnnounced(record) || under.has(key) || working.has(record.by)) continue;
    under.add(key);
    daemon.log(`taken up again: ${nameOf(record)}, attempt ${record.attempt}`);
    settle(daemon, record).then(
      () => under.delete(key),
      (error: unknown) => {
        daemon.log(`${nameOf(record)}: ${faultOf(error).message}`);
        setTimeout(() => under.delete(key), AGAIN_AFTER_MS).unref();
      },
    );
  }
}

async function settle(daemon: Daemon, record: MigrationRecord): Promise<void> {
  const { service, code, id, scope } = record;
  const locker = scope === WHOLE_BOX ? null : (scope as LockerName);
  await settleAttempt(daemon, await subjectOf(daemon, { service, code, id, locker }), record, daemon.log);
}
