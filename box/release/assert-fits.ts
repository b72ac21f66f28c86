/**
 * What a release asks of the lockers that are about to get a version of it, once more where it is staged:
 * a script on the box makes no plan that could refuse it.
 */
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import type { Files } from './config-render';
import { hasCommit, mirrorOf } from './mirror';
import { readManifest } from './read-manifest';
import { tooOldFor } from './required-code';
import { missingConfig } from './required-config';
import { currentVersion, readRevision } from './versions';

export interface Fitting {
  readonly target: StageTarget;
  readonly configs: ReadonlyMap<LockerName, { readonly files: Files }>;
}

export async function assertFits(box: BoxContext, { target, configs }: Fitting): Promise<void> {
  const { service, release } = target;
  const mirror = mirrorOf(box, service.name, 'code');
  const { revision } = release.code;
  // Built before, and its commit gone since: what it asked was asked then.
  if (!(await hasCommit(mirror, revision))) return;
  const manifest = await readManifest(mirror, revision);
  const tooOld = await tooOldFor({ mirror, revision, manifest });
  for (const [locker, { files }] of configs) {
    const [key] = missingConfig(manifest, files);
    if (key !== undefined)
      throw new Fault('ConfigIncomplete', `config.json of ${locker} lacks ${key}, which ${release.label} requires.`);
    const version = await currentVersion(box, locker);
    const comesFrom = version === null ? null : await readRevision(box, locker, version);
    if (comesFrom !== null && (await tooOld(comesFrom.code.revision)))
      throw incompatible(locker, comesFrom.release.label, target);
  }

  function incompatible(locker: LockerName, from: string, { release: { label } }: StageTarget): Fault {
    const sentence = `${label} can only follow code that contains ${manifest.requires?.from}; ${locker} comes from ${from}, which does not.`;
    return new Fault('ReleaseIncompatible', sentence);
  }
}
