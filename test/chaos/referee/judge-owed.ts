/** I9: no locker that we took down is owed at the end, and all that are wanted up run and serve; those listed as failed excepted. */
import { foldJournal } from '../../../box/journal/fold';
import type { LockerName } from '../../../domain/model/ids';
import type { Evidence, Verdict } from './evidence';
import { violationOf } from './violation';
import type { Violation } from './violation';

const violation = violationOf('I9', { mayPass: true });

export function judgeOwed(evidence: Evidence, { failed }: Pick<Verdict, 'failed'>): Violation[] {
  const state = foldJournal(evidence.journal);
  return evidence.lockers
    .filter((locker) => !failed.includes(locker))
    .flatMap((locker) => {
      const record = state.lockers.get(locker as LockerName);
      const served = (evidence.buildsBefore.get(locker) ?? null) !== null;
      const owed = record?.owed ? [violation(`${locker} is still owed`, JSON.stringify(record.owed))] : [];
      const isWanted = (record?.wanted ?? 'up') === 'up' && !record?.parked;
      if (!served || !isWanted) return owed;
      return [...owed, ...judgeUp(evidence, locker)];
    });
}

function judgeUp(evidence: Evidence, locker: string): Violation[] {
  const state = evidence.containers.get(locker)?.state ?? 'other';
  if (state !== 'running') return [violation(`${locker} is wanted up and ${state}`)];
  return evidence.answers.get(locker) ? [] : [violation(`${locker} runs and does not serve`)];
}
