/** Where things of ours are on a box. Constants: nothing of a request is put into a path. */
import { join } from 'node:path';
import type { Places } from '../../box-install/wanted';

export const INSTALL_PLACES = {
  config: '/etc/lockstep/box.json',
  record: '/etc/lockstep/installed.json',
  bundle: '/usr/local/lib/lockstep/lockerd.cjs',
  bin: '/usr/local/sbin',
  sudoers: '/etc/sudoers.d/lockstep',
} as const;

export const LOCKERCTL = join(INSTALL_PLACES.bin, 'lockerctl');

export const PLACES: Places = { config: INSTALL_PLACES.config, record: INSTALL_PLACES.record };
