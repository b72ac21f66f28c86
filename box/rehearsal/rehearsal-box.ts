/**
 * Where a rehearsal happens: a box within the box, with an LXC path, versions, data and logs of its own in
 * one folder. So nothing that looks for lockers ever finds the throwaway one (inventory, boot, upkeep,
 * debts), everything that can be done with a locker can be done with it, and all of it goes with the folder.
 */
import { join } from 'node:path';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { makeLxc } from '../lxc/make-lxc';
import { boxPaths } from '../paths';

/** No locker's name has a capital: its cgroup and its lines in a log are never taken for a locker's. */
export const REHEARSAL = 'Rehearsal' as LockerName;

export function rehearsalBox(box: BoxContext): BoxContext {
  const root = box.paths.rehearsal;
  const config = { ...box.config, root, data: join(root, 'me'), lxcPath: join(root, 'lxc') };
  // Asked as the lockers are: the service config is the box's.
  const paths = { ...boxPaths(config), lastStage: box.paths.lastStage };
  return { ...box, config, paths, lxc: makeLxc(config, paths) };
}
