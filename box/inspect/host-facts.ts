/** What the box itself is like now. */
import { mkdir, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Inventory } from '../../domain/model/inventory';
import type { BoxContext } from '../context';
import { kernelLimits } from './kernel-limits';
import { readPressure } from '../lane/pressure';

type HostFacts = Pick<Inventory, 'bootId' | 'lockerd' | 'node' | 'lxc' | 'cores' | 'pressure' | 'disk' | 'kernel'>;

/** Throws LxcMissing. */
export async function hostFacts(box: BoxContext): Promise<HostFacts> {
  await mkdir(box.paths.root, { recursive: true });
  const [lxc, pressure, disk] = await Promise.all([box.lxc.version(), readPressure(), statfs(box.paths.root)]);
  return {
    bootId: box.bootId,
    lockerd: box.version,
    node: process.version,
    lxc,
    cores: availableParallelism(),
    pressure,
    kernel: kernelLimits(),
    disk: { freeBytes: disk.bavail * disk.bsize, freePercent: (100 * disk.bavail) / Math.max(1, disk.blocks) },
  };
}
