/**
 * Packed dependencies into a checkout, by the build user and not by root: a link of the release, such
 * as node_modules -> /etc, would have root write wherever it points.
 */
import { chown } from 'node:fs/promises';
import { Fault } from '../../domain/faults';
import { evidenceOf, run } from '../run';
import { FILES_MS, filesFault, isFull } from './box-files';
import type { BuildOwner } from './build-owner';

export async function unpack(tar: string, tree: string, owner: BuildOwner): Promise<void> {
  await chown(tar, owner.uid, owner.gid);
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: tree, LC_ALL: 'C' };
  const ran = await run(['tar', '-xf', tar, '--no-same-owner'], { cwd: tree, env, timeoutMs: FILES_MS, ...owner });
  if (ran.code === 0) return;
  if (isFull(ran)) throw filesFault('tar', ran);
  throw new Fault('BuildFailed', 'The packed dependencies of the release can not be unpacked.', {
    evidence: evidenceOf(ran),
    cure: 'Pack them anew, as a tar whose paths count from the root of the checkout.',
  });
}
