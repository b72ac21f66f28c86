/** One migration of the whole box. */
import type { z } from 'zod';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { isDown } from '../lxc/lxc';
import { bringAbout } from '../migrations/bring-about';
import { subjectOf } from '../migrations/subject';
import type { Subject } from '../migrations/subject';

type Params = z.output<typeof VERBS.migrate.params>;

export async function migrate(daemon: Daemon, job: Job, params: Params): Promise<VerbResult<'migrate'>> {
  const { service, code, migration: id, direction } = params;
  const subject = await subjectOf(daemon, { service, code, id, locker: null });
  if (job.intended('migrate') === null) daemon.journal.assertRoom();
  return bringAbout(daemon, job, { subject, direction, obstacles: () => whoRuns(daemon, subject) });
}

const MOVING: ReadonlySet<string> = new Set(['start', 'update', 'restore']);

/** Of those that must be down for it. A job that may bring one up counts as well. */
async function whoRuns(daemon: Daemon, { migration }: Subject): Promise<string[]> {
  if (migration.when === 'before-first') return [];
  const names = await daemon.lxc.list();
  const running: string[] = [];
  for (const name of names) if (!isDown(await daemon.lxc.see(name))) running.push(name);
  const moved = daemon.jobs
    .running()
    .flatMap(({ verb, locker: of }) => (MOVING.has(verb) && of && names.includes(of) ? [of] : []));
  return [...new Set([...running, ...moved])].slice(0, 20).map((name) => `${name} runs`);
}
