/** What a release would be to each locker: its config, what it asks of that and of the code they come from. Looks only. */
import type { LockerName } from '../../domain/model/ids';
import type { Inventory, SeenLocker } from '../../domain/model/inventory';
import type { Revision } from '../../domain/model/release';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { roomForRehearsal } from '../rehearsal/room';
import { configOf } from '../release/config-of';
import { goneFiles } from '../release/gone-files';
import { ensureCommit, mirrorOf, originOf } from '../release/mirror';
import { readManifest } from '../release/read-manifest';
import { readTemplates } from '../release/read-templates';
import { tooOldFor } from '../release/required-code';
import { missingConfig } from '../release/required-config';

export type ForTarget = Pick<SeenLocker, 'targetConfigDigest' | 'goneConfig' | 'missingConfig' | 'tooOld'>;

export interface TargetLook {
  readonly manifest: ReleaseManifest | null;
  readonly rehearsal: Inventory['rehearsal'];
  /** `current`: where that locker comes from; null: it never had a release. */
  of(locker: LockerName, current: Revision | null): Promise<ForTarget>;
}

const NO_TARGET: TargetLook = {
  manifest: null,
  rehearsal: null,
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
    rehearsal: await rehearsalIn(box, target),
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

/** A box that can't be looked into, such as by a locker's config that is unreadable, has none to spare. */
async function rehearsalIn(box: BoxContext, target: StageTarget): Promise<Inventory['rehearsal']> {
  const room = await roomForRehearsal(box, target).catch((error: Error) => ({ kind: 'none' as const, because: error.message }));
  return room.kind === 'room' ? { kind: 'possible' } : { kind: 'impossible', because: room.because };
}
