/** Room on the disk, asked before anything is laid on it. */
import { mkdir, statfs } from 'node:fs/promises';
import { Fault } from '../../domain/faults';
import type { BoxContext } from '../context';

type Disk = Pick<BoxContext, 'paths' | 'config'>;

/** Throws DiskFull where less than `needed` bytes would leave `minFreeBytes` free. */
export async function assertSpace(box: Disk, needed: number): Promise<void> {
  await mkdir(box.paths.root, { recursive: true });
  const { bavail, bsize, ffree, files } = await statfs(box.paths.root);
  const free = bavail * bsize;
  const floor = box.config.minFreeBytes + needed;
  if (free < floor)
    throw diskFull(box, `${free} bytes are free, ${floor} are needed (minFreeBytes ${box.config.minFreeBytes} + ${needed})`);
  if (files > 0 && ffree < 1_000) throw diskFull(box, `${ffree} inodes are free`);
}

export const diskFull = ({ config }: Pick<BoxContext, 'config'>, evidence: string): Fault =>
  new Fault('DiskFull', `The disk under ${config.root} on ${config.box} is full.`, { evidence: [evidence] });
