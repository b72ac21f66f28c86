/** What a release would be to each locker: its config, what it asks of that and of the code they come from. Looks only. */
import type { LockerName } from '../../domain/model/ids';
import type { SeenLocker } from '../../domain/model/inventory';
import type { Revision } from '../../domain/model/release';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { configOf, readTemplates } from '../release/config-of';
import { goneFiles } from '../release/gone-files';
import { ensureCommit, mirrorOf, originOf } from '../release/mirror';
import { readManifest } from '../release/read-manifest';
import { tooOldFor } from '../release/required-code';
import { missingConfig } from '../release/required-config';

export type ForTarget = Pick<SeenLocker, 'targetConfigDigest' | 'goneConfig' | 'missingConfig' | 'tooOld'>;

export interface TargetLook {
  readonly manifest: ReleaseManifest | null;
  /** `current`: where that locker comes from; null: it never had a release. */
  of(locker: LockerName, current: Revision | null): Promise<ForTarget>;
}

const NO_TARGET: TargetLook = {
  manifest: null,
  of: async () => ({ targetConfigDigest: null, goneConfig: [], missingConfig: [], tooOld: false }),
};

export async function lookAtTarget(box: BoxContext, target: StageTarget | null): Promise<TargetLook> {
  if (target === null) return NO_TARGET;
  const { service, release } = target;
  const mirror = mirrorOf(box, service.name, 'code');
  const { revision } = release.code;
  await ensureCommit(mirror, originOf(service, 'code'), revision);
  const manifest = await readManifest(mirror, revision);
  const tooOld = await tooOldFor({ mirror, revision, manifest });
  const templates = await readTemplates(box, target);
  return {
    manifest,
    of: async (locker, current) => {
      const { files, secrets, digest } = await configOf(box, target, templates, locker);
      return {
        targetConfigDigest: digest,
        goneConfig:
          current === null ? [] : await goneFiles(box, { locker, current, stays: [...files.keys(), ...secrets.keys()] }),
        missingConfig: missingConfig(manifest, files),
        tooOld: current !== null && (await tooOld(current.code.revision)),
      };
    },
  };
}
