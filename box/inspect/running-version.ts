/**
 * What a locker's init really runs: the directories that are its /code and /Config, known by device
 * and inode, because they were pinned at its start and the link may have moved since.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodeId } from '../../domain/model/ids';
import type { LockerName } from '../../domain/model/ids';
import type { Targets } from '../../domain/model/targets';
import type { BoxContext } from '../context';
import { placesOf } from '../lxc/places';
import { targetsHere } from '../release/last-stage';
import { directoryId } from '../release/mounted';
import { versionsOf } from '../release/versions';

export interface Running {
  readonly codeId: CodeId | null;
  readonly version: number | null;
}

type Look = Pick<BoxContext, 'paths' | 'config' | 'log'>;

export interface RunningAt {
  readonly initPid: number;
  /** Absent: as the last stage says. */
  readonly targets?: Targets;
}

export async function runningVersion(box: Look, locker: LockerName, at: RunningAt): Promise<Running> {
  const { initPid, targets = await targetsHere(box) } = at;
  const places = await placesOf(box.config.kind, initPid, targets);
  const [code, config] = await Promise.all([directoryId(places.code), directoryId(places.config)]);
  return { codeId: await codeOf(box, code), version: await versionOf(box, locker, config) };
}

async function codeOf(box: Pick<BoxContext, 'paths'>, id: string | null): Promise<CodeId | null> {
  if (id === null) return null;
  for (const name of await readdir(box.paths.codeRoot).catch(() => [])) {
    const codeId = CodeId.safeParse(name);
    if (codeId.success && (await directoryId(box.paths.code(codeId.data))) === id) return codeId.data;
  }
  return null;
}

async function versionOf(box: Pick<BoxContext, 'paths'>, locker: LockerName, id: string | null): Promise<number | null> {
  if (id === null) return null;
  for (const version of await versionsOf(box, locker)) {
    if ((await directoryId(join(box.paths.version(locker, version), 'config'))) === id) return version;
  }
  return null;
}
