import type { BoxContext } from '../context';
import type { Configuration } from './configuration';
import { lxcFile } from './lxc-file';

/** By what the box's containers are kept by. Of processes (a sandbox without root) it is LXC's file, too. */
export const configurationOf = (box: Pick<BoxContext, 'config' | 'paths'>): Configuration => lxcFile(box);
