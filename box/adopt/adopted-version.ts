/** The version directory of an adopted locker: the copied code, its own config files as they were but for their .git, REVISION. */
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OldCode } from '../../domain/adopt/adoption';
import { within } from '../../domain/adopt/below';
import type { Digest, LockerName, ServiceName } from '../../domain/model/ids';
import { Sha } from '../../domain/model/ids';
import type { Revision } from '../../domain/model/release';
import type { BoxContext } from '../context';
import { onFiles } from '../release/box-files';
import { removeUnfinished, unfinishedName } from '../release/unfinished';
import { newestVersionOf, switchTo, syncFolder, versionsOf } from '../release/versions';
import { digestOfText } from './adoption-record';

export interface AdoptedVersion {
  readonly locker: LockerName;
  readonly service: ServiceName;
  readonly code: OldCode;
  /** The old config folder of this locker. */
  readonly config: string;
  readonly by: string;
}

/** Made where it is not there, and made current. */
export async function makeAdoptedVersion(box: BoxContext, wish: AdoptedVersion): Promise<number> {
  const { locker, code } = wish;
  const folder = box.paths.versions(locker);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await removeUnfinished(box, folder);
  const digest = await digestOfFolder(wish.config);
  const there = await newestVersionOf(box, locker, { release: code.release, configDigest: digest });
  const version = there ?? ((await versionsOf(box, locker)).at(-1) ?? 0) + 1;
  if (there === null) await writeVersion(box, wish, { version, digest });
  await switchTo(box, locker, version);
  return version;
}

async function writeVersion(
  box: BoxContext,
  wish: AdoptedVersion,
  { version, digest }: { version: number; digest: Digest },
): Promise<void> {
  const { locker, code, config } = wish;
  const temporary = join(box.paths.versions(locker), unfinishedName(String(version)));
  try {
    await mkdir(join(temporary, 'config'), { recursive: true, mode: 0o755 });
    await onFiles(['cp', '-a', '-T', '--', config, join(temporary, 'config')]);
    await onFiles(['find', join(temporary, 'config'), '-name', '.git', '-prune', '-exec', 'rm', '-rf', '--', '{}', '+']);
    await symlink(join('../../../../code', code.id), join(temporary, 'code'));
    await writeFile(join(temporary, 'REVISION'), `${JSON.stringify(revisionOf(box, wish, { version, digest }), null, 2)}\n`);
    await chmod(temporary, 0o755);
    await onFiles(['sync', '-f', temporary]);
    await rename(temporary, box.paths.version(locker, version));
    await syncFolder(box.paths.versions(locker));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** What lay outside the repository came from no commit. */
const NO_COMMIT = Sha.parse('0'.repeat(40));

function revisionOf(box: BoxContext, wish: AdoptedVersion, { version, digest }: { version: number; digest: Digest }): Revision {
  const { code, config, service, by } = wish;
  return {
    format: 1,
    version,
    release: { id: code.release, label: code.label },
    service,
    code: { id: code.id, revision: code.revision, build: code.build },
    config: { revision: within(code.tree, config) ? code.revision : NO_COMMIT, digest },
    proof: 'mounts',
    at: new Date(box.now()).toISOString(),
    by,
  };
}

/** Over names and contents of all files in it that are copied. */
async function digestOfFolder(folder: string): Promise<Digest> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, path, name }) => join(parentPath ?? path, name));
  const copied = files.filter((file) => !file.slice(folder.length).split('/').includes('.git'));
  const hashed = await Promise.all(
    copied.toSorted().map(async (file) => [file.slice(folder.length), digestOfText(await readFile(file))] as const),
  );
  return digestOfText(JSON.stringify(hashed));
}
