/**
 * One version directory for each locker: code link, rendered config, REVISION. All are written first,
 * synced with one syncfs, and named last; where that fails, such as on a full disk, none is left half made.
 */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest, LockerName } from '../../domain/model/ids';
import type { Revision } from '../../domain/model/release';
import type { StageTarget, VerbResult } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { idsIn } from '../inspect/ids-in';
import { onFiles } from './box-files';
import type { LockerConfig } from './config-of';
import { writeSecret } from './secrets';
import { ownInside } from './own-inside';
import { removeUnfinished, unfinishedName } from './unfinished';
import { newestVersionOf, syncFolder, versionsOf } from './versions';

type Staged = VerbResult<'stage'>['versions'][number];

export interface Making {
  readonly target: StageTarget;
  readonly configs: ReadonlyMap<LockerName, LockerConfig>;
  readonly by: string;
}

interface ToName {
  readonly locker: LockerName;
  readonly version: number;
  readonly temporary: string;
}

export async function makeVersions(box: BoxContext, making: Making): Promise<Staged[]> {
  const staged: Staged[] = [];
  const toName: ToName[] = [];
  try {
    for (const [locker, config] of making.configs) {
      const { digest } = config;
      await removeUnfinished(box, box.paths.versions(locker));
      const there = await newestVersionOf(box, locker, { release: making.target.release.id, configDigest: digest });
      const version = there ?? ((await versionsOf(box, locker)).at(-1) ?? 0) + 1;
      staged.push({ locker, version, configDigest: digest });
      if (there !== null) continue;
      const temporary = join(box.paths.versions(locker), unfinishedName(String(version)));
      toName.push({ locker, version, temporary });
      await writeVersion(temporary, { config, revision: revisionOf(box, making, { version, digest }) });
      await ownInside(await idsIn(box, locker), join(temporary, 'config'));
    }
    if (toName.length > 0) await nameThem(box, toName);
    return staged;
  } finally {
    for (const { temporary } of toName) await rm(temporary, { recursive: true, force: true });
  }
}

async function nameThem(box: BoxContext, toName: readonly ToName[]): Promise<void> {
  await onFiles(['sync', '-f', box.paths.lockersRoot]);
  for (const { locker, version, temporary } of toName) {
    await rename(temporary, box.paths.version(locker, version));
    await syncFolder(box.paths.versions(locker));
  }
}

function revisionOf(box: BoxContext, { target, by }: Making, { version, digest }: { version: number; digest: Digest }): Revision {
  const { release } = target;
  return {
    format: 1,
    version,
    release: { id: release.id, label: release.label },
    service: release.service,
    code: release.code,
    config: { revision: release.config.revision, digest },
    at: new Date(box.now()).toISOString(),
    by,
  };
}

async function writeVersion(folder: string, { config, revision }: { config: LockerConfig; revision: Revision }): Promise<void> {
  await mkdir(join(folder, 'config'), { recursive: true, mode: 0o755 });
  for (const [path, text] of config.files) {
    const file = join(folder, 'config', path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, text, { mode: config.executable.has(path) ? 0o755 : 0o644 });
  }
  for (const [path, secret] of config.secrets) await writeSecret(join(folder, 'config', path), secret);
  await symlink(join('../../../../code', revision.code.id), join(folder, 'code'));
  await writeFile(join(folder, 'REVISION'), `${JSON.stringify(revision, null, 2)}\n`);
}
