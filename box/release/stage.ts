/**
 * Puts a release beside the running code and stops nothing: build once, render the config of
 * each locker, make a version directory each. Doing it again finds everything there. All
 * directories are written first, synced with one syncfs, and named last.
 */
import { mkdir, readdir, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { Digest, LockerName } from '../../domain/model/ids';
import type { Revision } from '../../domain/model/release';
import type { StageTarget, VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { evidenceOf, run } from '../run';
import { UNFINISHED, buildCode } from './build-code';
import { configOf, readTemplates } from './config-of';
import type { Files } from './config-render';
import { writeLastStage } from './last-stage';
import { readRevision, syncFolder, versionsOf } from './versions';

export interface StageJob {
  readonly token: string;
  readonly by: string;
  readonly progress: (line: string) => void;
}
type Params = z.output<typeof VERBS.stage.params>;
type Staged = VerbResult<'stage'>['versions'][number];

export async function stageRelease(box: BoxContext, params: Params, job: StageJob): Promise<VerbResult<'stage'>> {
  const { target, lockers } = params;
  await mkdir(box.paths.state, { recursive: true, mode: 0o700 });
  await assertSpace(box, params.freeBytesNeeded);
  try {
    const built = await buildCode(box, target, job.progress);
    const templates = await readTemplates(box, target);
    job.progress(`rendering config for ${lockers.length} lockers`);
    // Rendered for all before anything is written for one: a template's error leaves nothing behind.
    const configs = new Map(lockers.map((locker) => [locker, configOf(box, target, templates, locker)]));
    const versions = await makeVersions(box, { target, configs, by: job.by });
    await writeLastStage(box, { target, at: new Date(box.now()).toISOString() });
    return { built, versions };
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(box, (error as Error).message) : error;
  }
}

const diskFull = (box: BoxContext, evidence: string): Fault =>
  new Fault('DiskFull', `The disk under ${box.config.root} on ${box.config.box} is full.`, { evidence: [evidence] });

async function assertSpace(box: BoxContext, needed: number): Promise<void> {
  await mkdir(box.paths.root, { recursive: true });
  const { bavail, bsize, ffree, files } = await statfs(box.paths.root);
  const free = bavail * bsize;
  const floor = box.config.minFreeBytes + needed;
  if (free < floor)
    throw diskFull(box, `${free} bytes are free, ${floor} are needed (minFreeBytes ${box.config.minFreeBytes} + ${needed})`);
  if (files > 0 && ffree < 1_000) throw diskFull(box, `${ffree} inodes are free`);
}

interface Making {
  readonly target: StageTarget;
  readonly configs: ReadonlyMap<LockerName, { files: Files; digest: Digest }>;
  readonly by: string;
}

async function makeVersions(box: BoxContext, { target, configs, by }: Making): Promise<Staged[]> {
  const staged: Staged[] = [];
  const toName: { locker: LockerName; version: number; temporary: string }[] = [];
  for (const [locker, { files, digest }] of configs) {
    const there = await findVersion(box, locker, { release: target.release.id, digest });
    const version = there ?? ((await versionsOf(box, locker)).at(-1) ?? 0) + 1;
    staged.push({ locker, version, configDigest: digest });
    if (there !== null) continue;
    const revision = revisionOf({ target, version, digest, by, at: new Date(box.now()).toISOString() });
    toName.push({ locker, version, temporary: await writeVersion(box, { locker, files, revision }) });
  }
  if (toName.length === 0) return staged;
  await syncFilesystem(box.paths.lockersRoot);
  for (const { locker, version, temporary } of toName) {
    await rename(temporary, box.paths.version(locker, version));
    await syncFolder(box.paths.versions(locker));
  }
  return staged;
}

async function findVersion(
  box: BoxContext,
  locker: LockerName,
  goal: { release: string; digest: Digest },
): Promise<number | null> {
  for (const version of (await versionsOf(box, locker)).toReversed()) {
    const revision = await readRevision(box, locker, version);
    if (revision?.release.id === goal.release && revision.config.digest === goal.digest) return version;
  }
  return null;
}

function revisionOf(made: { target: StageTarget; version: number; digest: Digest; by: string; at: string }): Revision {
  const { release } = made.target;
  return {
    format: 1,
    version: made.version,
    release: { id: release.id, label: release.label },
    service: release.service,
    code: release.code,
    config: { revision: release.config.revision, digest: made.digest },
    at: made.at,
    by: made.by,
  };
}

async function writeVersion(box: BoxContext, made: { locker: LockerName; files: Files; revision: Revision }): Promise<string> {
  const { locker, files, revision } = made;
  const versions = box.paths.versions(locker);
  await mkdir(versions, { recursive: true, mode: 0o755 });
  for (const name of await readdir(versions)) {
    if (name.startsWith(UNFINISHED)) await rm(join(versions, name), { recursive: true, force: true });
  }
  const temporary = join(versions, `${UNFINISHED}${revision.version}`);
  await mkdir(join(temporary, 'config'), { recursive: true, mode: 0o755 });
  for (const [path, text] of files) {
    const file = join(temporary, 'config', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o644 });
  }
  await symlink(join('../../../../code', revision.code.id), join(temporary, 'code'));
  await writeFile(join(temporary, 'REVISION'), `${JSON.stringify(revision, null, 2)}\n`);
  return temporary;
}

async function syncFilesystem(path: string): Promise<void> {
  const ran = await run(['sync', '-f', path], { timeoutMs: 120_000 });
  if (ran.code !== 0) throw new Fault('CommandFailed', 'The box can not write to its disk.', { evidence: evidenceOf(ran) });
}
