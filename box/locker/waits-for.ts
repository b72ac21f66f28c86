import type { LockerName } from '../../domain/model/ids';
import type { Job } from '../jobs/job';

/** A wait of minutes in the start lane must be seen by whoever follows the step. */
export function waitsFor(job: Job, locker: LockerName): (because: string) => void {
  return (because) => job.say(`${locker} waits for its turn to start: ${because}`);
}
