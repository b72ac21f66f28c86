/** Containers of a box, by their configs alone: LXC needs nothing else. Written anew at each `up`; a running one keeps what it has. */
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BRIDGE, lockerAddress, lockerMac, lockerNumber, withPrefix } from './box-network';
import { lxcConfig, nodeMountOf } from './lxc-config';
import { boxLayout } from './sandbox-layout';
import type { LxcBox } from './sandbox-state';
import { IN_TEMPLATE, writeLockerTemplate } from './write-locker-template';

export async function makeLockers(box: LxcBox): Promise<void> {
  const layout = boxLayout(box.folder);
  const node = nodeMountOf(await realpath(process.execPath));
  const shared = { bridge: BRIDGE, cgroup: box.netns, node };
  await writeLockerTemplate(box, lxcConfig({ ...shared, ...IN_TEMPLATE, address: withPrefix(IN_TEMPLATE.address) }));
  for (const name of box.lockers) {
    const n = lockerNumber(name);
    await mkdir(layout.rootfs(name), { recursive: true, mode: 0o755 });
    await mkdir(layout.me(name), { recursive: true, mode: 0o755 });
    const config = lxcConfig({
      ...shared,
      name,
      rootfs: layout.rootfs(name),
      current: join(layout.root, 'lockers', name, 'current'),
      me: layout.me(name),
      address: withPrefix(lockerAddress(box, n)),
      mac: lockerMac(box, n),
    });
    await writeFile(layout.lxcConfig(name), config);
  }
}
