/** At its start lockerd waits out every attempt that was announced before, whoever asks for it again, or nobody. */
import type { Daemon } from '../daemon';
import { faultOf } from '../fault-of';
import { isAnnounced, settleAttempt } from './settle-attempt';
import { nameOf, subjectOf } from './subject';
import { WHOLE_BOX } from '../../domain/model/migration';
import type { LockerName } from '../../domain/model/ids';

export function takeUpMigrations(daemon: Daemon): void {
  for (const record of [...daemon.journal.state().migrations.values()].filter(isAnnounced)) {
    const { service, code, id, scope } = record;
    const locker = scope === WHOLE_BOX ? null : (scope as LockerName);
    daemon.log(`taken up again: ${nameOf(record)}, attempt ${record.attempt}`);
    subjectOf(daemon, { service, code, id, locker })
      .then((subject) => settleAttempt(daemon, subject, record, daemon.log))
      .catch((error: unknown) => daemon.log(`${nameOf(record)}: ${faultOf(error).message}`));
  }
}
