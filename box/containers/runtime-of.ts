import type { BoxConfig } from '../../domain/protocol/box-config';
import type { Lxc } from '../lxc/lxc';
import { makeLxc } from '../lxc/make-lxc';
import type { BoxPaths } from '../paths';
import { isLxd } from '../../domain/protocol/box-config';
import { makeLxd } from './lxd/make-lxd';

/** What runs the containers of this box. */
export const runtimeOf = (config: BoxConfig, paths: BoxPaths): Lxc =>
  isLxd(config.kind) ? makeLxd(config, paths) : makeLxc(config, paths);
