/** A container and its owner's folder, laid down beside the others; nothing runs yet. Whole or not there. */
import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { ROOT, ownerInside } from '../inspect/id-map';
import type { IdMap } from '../inspect/id-map';
import { idsIn } from '../inspect/ids-in';
import { lockerProblems } from '../inspect/preflight';
import { onFiles } from '../release/box-files';
import { ownInside } from '../release/own-inside';
import { newHostKeys, ownIdentity } from './own-identity';
import { removeLeft } from './remove-locker-files';
import { partOf } from './template';
import { unfinishedName } from '../release/unfinished';
import { syncFolder } from '../release/versions';

export interface NewLocker {
  readonly locker: LockerName;
  /** Rendered. */
  readonly config: string;
  /** False: the owner's folder is there and is kept as it is. */
  readonly newData: boolean;
}

export async function makeLocker(box: BoxContext, { locker, config, newData }: NewLocker): Promise<void> {
  const goal = dirname(box.paths.lxcConfig(locker));
  const beside = join(box.config.lxcPath, unfinishedName(locker));
  await removeLeft(box.config.lxcPath, locker);
  let madeData = false;
  try {
    await mkdir(beside, { mode: 0o755 });
    await writeFile(join(beside, 'config'), config, { mode: 0o644 });
    const ids = await idsIn({ ...box, paths: { ...box.paths, lxcConfig: () => join(beside, 'config') } }, locker);
    madeData = newData && (await makeData(box, locker, ids));
    const rootfs = await partOf(box, 'rootfs');
    if (rootfs === null) await makeFolder(join(beside, 'rootfs'), ids);
    else await copyRoot(rootfs, { goal: join(beside, 'rootfs'), locker, ids });
    await refuseUnfit(box, locker, beside);
    await onFiles(['sync', '-f', beside]);
    await rename(beside, goal);
    await syncFolder(box.config.lxcPath);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    // Made a moment ago, so that nobody's data are in it.
    if (madeData) await rm(box.paths.me(locker), { recursive: true, force: true });
    throw error;
  }
}

/** Another machine than the template: by its name, its keys and its owners. */
async function copyRoot(rootfs: string, { goal, locker, ids }: { goal: string; locker: LockerName; ids: IdMap }): Promise<void> {
  await onFiles(['cp', '-a', '--reflink=auto', '--', rootfs, goal]);
  await ownIdentity(goal, locker);
  await newHostKeys(goal);
  await ownInside(ids, goal);
}

/** False: an earlier life of this request made it. Named last, so that an owner's folder never has half of what he begins with. */
async function makeData(box: BoxContext, locker: LockerName, ids: IdMap): Promise<boolean> {
  const goal = box.paths.me(locker);
  if (await isThere(goal)) return false;
  const beside = join(box.config.data, unfinishedName(locker));
  await removeLeft(box.config.data, locker);
  const template = await partOf(box, 'me');
  if (template === null) await makeFolder(beside, ids);
  else await onFiles(['cp', '-a', '--', template, beside]);
  await ownInside(ids, beside);
  await rename(beside, goal);
  await syncFolder(box.config.data);
  return true;
}

/** Its root's: where its ids are others than the box's, it could write to no folder of the box's root. */
async function makeFolder(path: string, ids: IdMap): Promise<void> {
  await mkdir(path, { mode: 0o755 });
  if (ids.length === 0) return;
  const { uid, gid } = ownerInside(ids, ROOT);
  await chown(path, uid, gid);
}

/** What a template forgot is found before there is a locker that no rollout could touch. */
async function refuseUnfit(box: BoxContext, locker: LockerName, folder: string): Promise<void> {
  const paths = { ...box.paths, lxcConfig: () => join(folder, 'config') };
  const problems = await lockerProblems({ ...box, paths, rootfs: join(folder, 'rootfs') }, locker);
  if (problems.length === 0) return;
  throw new Fault(
    'LockerUnfit',
    `A locker made from the template of ${box.config.box} could not be updated: nothing was added.`,
    {
      evidence: problems.map(({ code, detail }) => `${code}: ${detail}`),
      cure: `Mend ${join(box.paths.lockerTemplate, 'config')} on the box.`,
    },
  );
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
