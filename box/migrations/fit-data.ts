/**
 * Brings the data of one locker to where the release of a version reads them: what it needs is run, what
 * it does not know is undone, the newest first. The locker is down, and stays so until this has ended.
 */
import type { LockerName } from '../../domain/model/ids';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { isDown } from '../lxc/lxc';
import { readRevision } from '../release/versions';
import { lackedBy, neededBy } from './bars';
import { bringAbout } from './bring-about';
import type { Direction } from './bring-about';
import { subjectOf } from './subject';
import type { Subject } from './subject';

export interface DataStep {
  readonly subject: Subject;
  readonly direction: Direction;
}

interface Goal {
  readonly locker: LockerName;
  readonly version: number;
}

/** Empty: they fit. What stands half way counts as well, until somebody knows what it came to. */
export async function dataSteps(daemon: Daemon, { locker, version }: Goal): Promise<DataStep[]> {
  const revision = await readRevision(daemon, locker, version);
  if (revision === null) return [];
  const { service, code } = revision;
  const lacked = (await lackedBy(daemon, locker, version)).filter(({ scope }) => scope === locker);
  const needed = (await neededBy(daemon, locker, revision)).filter(({ scope }) => scope === 'locker');
  const undone = lacked.toReversed().map(async (record): Promise<DataStep> => {
    return { subject: await subjectOf(daemon, { service, code: record.code, id: record.id, locker }), direction: 'undo' };
  });
  const done = needed.map((migration): DataStep => {
    return { subject: { service, code: { id: code.id, revision: code.revision }, migration, locker }, direction: 'run' };
  });
  return [...(await Promise.all(undone)), ...done];
}

/** null: done. Else which one came to nothing, and what it said; the ones before it are done. */
export async function fitData(
  daemon: Daemon,
  job: Job,
  { locker, steps }: { readonly locker: LockerName; readonly steps: readonly DataStep[] },
): Promise<{ readonly migration: string; readonly evidence: readonly string[] } | null> {
  for (const step of steps) {
    const { id, reversible } = step.subject.migration;
    if (step.direction === 'undo' && !reversible) return { migration: id, evidence: [`migration ${id} can not be undone`] };
    job.say(`${locker}: migration ${id}${step.direction === 'undo' ? ' is undone' : ''}`);
    const outcome = await bringAbout(daemon, job, { ...step, obstacles: () => obstacles(daemon, locker) });
    if (outcome.kind === 'not-done') return { migration: id, evidence: outcome.evidence };
  }
  return null;
}

/** The data of one that runs are its own. */
async function obstacles(daemon: Daemon, locker: LockerName): Promise<string[]> {
  const seen = await daemon.lxc.see(locker);
  if (isDown(seen)) return [];
  return [seen.state === 'other' ? `${locker} is neither up nor down yet` : `${locker} runs`];
}
