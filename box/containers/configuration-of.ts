import type { BoxContext } from '../context';
import type { Configuration } from './configuration';
import { isLxd } from './kinds';
import { lxcFile } from './lxc-file';
import { lxdConfiguration } from './lxd/lxd-configuration';

/** By what the box's containers are kept by. Of processes (a sandbox without root) it is LXC's file, too. */
export const configurationOf = (box: Pick<BoxContext, 'config' | 'paths'>): Configuration =>
  isLxd(box.config) ? lxdConfiguration(box.config) : lxcFile(box);
