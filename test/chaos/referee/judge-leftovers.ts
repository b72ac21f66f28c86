/** I8: afterwards no lock, job, marker or temporary directory is left. A held or terminated rollout keeps its lease, and is not tidied up after yet. */
import { foldJournal } from '../../../box/journal/fold';
import type { Evidence, Verdict } from './evidence';
import { violationOf } from './violation';
import type { Violation } from './violation';

const violation = violationOf('I8', { mayPass: true });

export function judgeLeftovers(evidence: Evidence, { end }: Pick<Verdict, 'end'>): Violation[] {
  const { journal, containers, leftovers, lockerds } = evidence;
  const { jobs, lockers, lease } = foldJournal(journal);
  // One that has begun nothing lives in lockerd's memory only.
  const open = [...jobs.values()].filter((job) => job.end === null && job.intents.length > 0);
  const frozen = [...containers].filter(([, { state }]) => state === 'frozen');
  const quiesced = [...lockers].filter(([, record]) => record.quiesced !== null);
  return [
    ...open.map(({ token, intents }) => violation(`job ${token} has not ended`, JSON.stringify(intents.at(-1)))),
    ...quiesced.map(([locker, record]) => violation(`${locker} is still told to be quiet`, JSON.stringify(record.quiesced))),
    ...frozen.map(([locker]) => violation(`${locker} is frozen`)),
    ...(lockerds.length > 1 ? [violation(`${lockerds.length} lockerd run`, `processes ${lockerds.join(', ')}`)] : []),
    ...(end !== 'ended' ? [] : leftovers.map((path) => violation(`${path} was left behind`))),
    ...(end === 'ended' && lease !== null ? [violation(`${lease.holder} still holds the box`, JSON.stringify(lease))] : []),
  ];
}
