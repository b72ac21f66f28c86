/**
 * The owner's data stay where they are: in the data folder a link leads there, and LXC pins what it
 * leads to at a start. Nothing of the data is read, written or moved (docs/decisions/0007).
 */
import { mkdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import type { AdoptProblem } from '../../domain/adopt/adoption';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { directoryId } from '../release/mounted';
import { syncFolder } from '../release/versions';

type Box = Pick<BoxContext, 'paths' | 'config'>;

/** Somebody else's folder, or a link that leads elsewhere. */
export async function dataInTheWay(box: Box, locker: LockerName, me: string): Promise<AdoptProblem[]> {
  const place = box.paths.me(locker);
  if ((await stateOf(place, me)) !== 'foreign') return [];
  const detail = `${place} is there already and is not ${me}`;
  return [
    {
      code: 'data-in-the-way',
      detail,
      cure: `Find out what it is. If it is empty, remove it; if it is the data, say so: --me '${box.config.data}/{locker}'.`,
    },
  ];
}

/** itself: the data lie there anyway. */
async function stateOf(place: string, me: string): Promise<'none' | 'linked' | 'itself' | 'foreign'> {
  const target = await readlink(place).catch(() => null);
  if (target !== null) return target === me ? 'linked' : 'foreign';
  const there = await stat(place).catch(() => null);
  if (!there) return 'none';
  return (await directoryId(place)) === (await directoryId(me)) ? 'itself' : 'foreign';
}

export async function linkData(box: Box, locker: LockerName, me: string): Promise<void> {
  const place = box.paths.me(locker);
  if ((await stateOf(place, me)) !== 'none') return;
  await mkdir(box.config.data, { recursive: true, mode: 0o755 });
  await symlink(me, place);
  await syncFolder(box.config.data);
}

/** The link that was made, and nothing else. */
export async function unlinkData(box: Box, locker: LockerName, me: string): Promise<void> {
  const place = box.paths.me(locker);
  if ((await readlink(place).catch(() => null)) !== me) return;
  await rm(place);
  await syncFolder(box.config.data);
}
