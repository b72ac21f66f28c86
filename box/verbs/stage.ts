/** Puts a release beside the running code (release/stage.ts) and writes down its build number. */
import { open, rename } from 'node:fs/promises';
import type { z } from 'zod';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { stageRelease } from '../release/stage';

export async function stage(daemon: Daemon, job: Job, params: z.output<typeof VERBS.stage.params>): Promise<VerbResult<'stage'>> {
  daemon.journal.assertRoom();
  job.check();
  const staged = await stageRelease(daemon, params, { token: job.token, by: job.holder, progress: job.say });
  await writeBuild(daemon.paths.build, params.target.release.code.build);
  return staged;
}

async function writeBuild(file: string, build: string): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w', 0o644);
  try {
    await handle.writeFile(`${build}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
