/** The product's own bundle, box.json and wrapper scripts on a box: what install-box does over SSH, done by hand. */
import { join } from 'node:path';
import { bundleBox } from '../box/bundle';
import { wrapperScripts } from '../box/wrappers';
import { BoxConfig } from '../domain/protocol/box-config';
import { endLockerd } from './box-processes';
import { boxPath } from './enter-box';
import { putFile } from './put-file';
import { boxLayout } from './sandbox-layout';
import type { BoxState } from './sandbox-state';

export function boxConfigOf(box: BoxState): BoxConfig {
  const layout = boxLayout(box.folder);
  return BoxConfig.parse({
    format: 1,
    box: box.name,
    kind: box.kind,
    ...(box.kind === 'process' && { path: boxPath(layout.bin) }),
    root: layout.root,
    data: layout.data,
    lxcPath: layout.lxc,
    lockerPattern: 'l[0-9]{2,4}',
    socket: join(box.runFolder, 'lockerd.sock'),
    log: join(layout.log, 'lockerd.log'),
    // A demo must not fail on a full laptop; a real box keeps more.
    minFreeBytes: 64 * 1024 * 1024,
    // A dozen small lockers are no heart attack, and the rest of the machine is somebody else's.
    bootCpuPressure: 100,
  });
}

/** A lockerd that runs an older bundle is asked to end; the next connection starts the new one. */
export async function installLockerd(box: BoxState): Promise<void> {
  const layout = boxLayout(box.folder);
  await putFile(layout.boxConfig, `${JSON.stringify(boxConfigOf(box), null, 2)}\n`, 0o644);
  const changed = await putFile(layout.bundle, await bundleBox(), 0o644);
  const where = { node: process.execPath, bundle: layout.bundle, configFile: layout.boxConfig };
  for (const { name, text } of wrapperScripts(where)) await putFile(join(layout.bin, name), text, 0o755);
  if (changed) await endLockerd(box);
}
