/** A locker that went down with its whole box is no locker that crashed: it is started again on what it was on. */
import type { LockerName } from '../../domain/model/ids';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { lockerOf } from '../jobs/jobs';
import { recordOf } from '../journal/state';
import type { BoxState } from '../journal/state';
import { holding } from '../lane/holding';
import { OWN_START_DEADLINE_MS, ownLimits } from '../lane/own-limits';
import { currentVersion } from '../release/versions';
import { startLocker } from './start-locker';
import { waitsFor } from './waits-for';

/** Owed, and nobody has started it since the box booted. What a person has stopped meanwhile is owed no more. */
export function isLostInBoot(state: BoxState, locker: LockerName, bootId: string): boolean {
  const { owed, parked } = recordOf(state, locker);
  if (owed === null || parked !== null) return false;
  const starts = [...state.jobs.values()]
    .filter(({ params }) => lockerOf(params) === locker)
    .flatMap(({ intents }) =>
      intents.flatMap(({ at, intent }) => (intent.kind === 'start' ? [{ at, bootId: intent.bootId }] : [])),
    );
  const last = starts.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1);
  return last !== undefined && last.bootId !== bootId;
}

/** Whether it came up is for the caller to look. */
export async function startAfterBoot(daemon: Daemon, job: Job, locker: LockerName): Promise<void> {
  const limits = ownLimits(daemon.config);
  const answer = await daemon.lane.enter({
    locker,
    limits,
    urgency: 'is-down',
    stillWanted: job.check,
    onWait: waitsFor(job, locker),
  });
  if (answer.kind === 'held') return;
  await holding(answer.place, async () => {
    job.say(`${locker} went down with the box: started again`);
    const version = await currentVersion(daemon, locker);
    await startLocker(daemon, job, { locker, version, deadlineMs: OWN_START_DEADLINE_MS });
  });
}
