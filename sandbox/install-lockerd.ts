/** The product's own bundle, box.json and wrapper scripts on a box: what install-box does over SSH, done by hand. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleBox } from '../box/bundle';
import { wrapperScripts } from '../box/wrappers';
import { BoxConfig } from '../domain/protocol/box-config';
import { endLockerd } from './box-processes';
import { boxLayout } from './sandbox-layout';
import type { BoxState } from './sandbox-state';

export function boxConfigOf(box: BoxState): BoxConfig {
  const layout = boxLayout(box.folder);
  return BoxConfig.parse({
    format: 1,
    box: box.name,
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
  await put(layout.boxConfig, `${JSON.stringify(boxConfigOf(box), null, 2)}\n`, 0o644);
  const changed = await put(layout.bundle, await bundleBox(), 0o644);
  const where = { node: process.execPath, bundle: layout.bundle, configFile: layout.boxConfig };
  for (const { name, text } of wrapperScripts(where)) await put(join(layout.bin, name), text, 0o755);
  if (changed) await endLockerd(box);
}

/** Renamed into place: a running lockerd may be reading it. False: it was there already. */
async function put(file: string, text: string, mode: number): Promise<boolean> {
  if ((await readFile(file, 'utf8').catch(() => null)) === text) return false;
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
  return true;
}
