import type { BoxContext } from '../context';
import type { Configuration } from './configuration';
import { isLxd } from '../../domain/protocol/box-config';
import { lxcFile } from './lxc-file';
import { lxdConfiguration } from './lxd/lxd-configuration';

/** By what the box's containers are kept by. Of processes (a sandbox without root) it is LXC's file, too. */
export const configurationOf = (box: Pick<BoxContext, 'config' | 'paths'>): Configuration =>
  isLxd(box.config.kind) ? lxdConfiguration(box.config) : lxcFile(box);
