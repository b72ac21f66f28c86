/** A finished update or restore that is asked for again: its result if it is still so, else `superseded`. */
import type { LockerName } from '../../domain/model/ids';
import type { UpdateOutcome } from '../../domain/model/outcome';
import type { Verb } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { runningVersion } from '../inspect/running-version';
import type { Job as JobRecord } from '../journal/records';
import { UPKEEP_HOLDER } from '../upkeep/holder';
import { currentVersion } from '../release/versions';

/** Those that change where a locker is. */
const MOVES: ReadonlySet<Verb> = new Set<Verb>(['update', 'restore', 'stop', 'start', 'link']);

export async function recallMove(daemon: Daemon, finished: JobRecord, outcome: UpdateOutcome): Promise<UpdateOutcome> {
  const because = await changedSince(daemon, finished, outcome);
  return because === null ? outcome : { kind: 'superseded', evidence: [because] };
}

async function changedSince(daemon: Daemon, finished: JobRecord, outcome: UpdateOutcome): Promise<string | null> {
  const { locker } = finished.params as { locker: LockerName };
  const later = laterMove(daemon, finished, locker);
  if (later) return `${later} came after it`;
  // One that has stopped since is owed, and needs its next cycle all the same.
  if (!('toVersion' in outcome)) return null;
  const current = await currentVersion(daemon, locker);
  if (current !== outcome.toVersion) return `${locker} is on version ${current ?? 'none'} now`;
  if (outcome.kind !== 'serving') return null;
  const { init } = await daemon.lxc.see(locker);
  // It crashed since: that is for verify to find, and for a restore to mend.
  if (!init) return null;
  const { version } = await runningVersion(daemon, locker, { initPid: init.pid });
  return version === outcome.toVersion ? null : `${locker} runs version ${version ?? 'unknown'} now`;
}

/** The token of a job that has changed since where the locker is. */
export function laterMove(daemon: Daemon, finished: JobRecord, locker: LockerName): string | null {
  let after = false;
  for (const job of daemon.journal.state().jobs.values()) {
    if (job.token === finished.token) after = true;
    // lockerd's own start brings it back to where it was left: what it came to is looked at below.
    else if (
      after &&
      job.holder !== UPKEEP_HOLDER &&
      MOVES.has(job.verb) &&
      (job.params as { locker?: LockerName }).locker === locker
    )
      return job.token;
  }
  return null;
}
