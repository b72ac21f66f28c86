/** What `lockstep add-locker` makes a locker of this box from: the config of its lockers, with names in place of a locker's own. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { putFile } from './put-file';
import { boxLayout } from './sandbox-layout';
import type { BoxState } from './sandbox-state';

export const IN_TEMPLATE = {
  name: '{{locker}}',
  rootfs: '{{rootfs}}',
  current: '{{current}}',
  me: '{{me}}',
  address: '{{nextAddress}}',
  mac: '{{nextMac}}',
} as const;

export async function writeLockerTemplate(box: BoxState, config: string): Promise<void> {
  const folder = join(boxLayout(box.folder).root, 'locker-template');
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await putFile(join(folder, 'config'), config, 0o644);
}
