/**
 * Puts a release beside the running code and stops nothing: build once, render the config of
 * each locker, make a version directory each. Doing it again finds everything there.
 */
import { mkdir } from 'node:fs/promises';
import type { z } from 'zod';
import type { LockerName } from '../../domain/model/ids';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { assertFits } from './assert-fits';
import { buildCode } from './build-code';
import { configOf } from './config-of';
import type { LockerConfig } from './config-of';
import { writeLastStage } from './last-stage';
import { dropIncoming } from './incoming';
import { makeVersions } from './make-versions';
import { readTemplates } from './read-templates';
import { assertSpace, diskFull } from './space';

export interface StageJob {
  readonly token: string;
  readonly by: string;
  readonly progress: (line: string) => void;
}
type Params = z.output<typeof VERBS.stage.params>;

export async function stageRelease(box: BoxContext, params: Params, job: StageJob): Promise<VerbResult<'stage'>> {
  const { target, lockers, packed } = params;
  await mkdir(box.paths.state, { recursive: true, mode: 0o700 });
  await assertSpace(box, params.freeBytesNeeded);
  try {
    const built = await buildCode(box, { target, packed }, job.progress);
    const templates = await readTemplates(box, target);
    job.progress(`rendering config for ${lockers.length} lockers`);
    // Rendered for all before anything is written for one: a template's error leaves nothing behind.
    const configs = new Map<LockerName, LockerConfig>();
    for (const locker of lockers) configs.set(locker, await configOf(box, target, templates, locker));
    await assertFits(box, { target, configs });
    const versions = await makeVersions(box, { target, configs, by: job.by });
    await writeLastStage(box, { target, at: new Date(box.now()).toISOString() });
    if (packed) await dropIncoming(box, packed);
    return { built, versions };
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(box, (error as Error).message) : error;
  }
}
