/**
 * Root file systems of stock Debian containers, made once a machine by debootstrap from the mirror that the
 * machine itself uses, and kept in .lockstep/debian: one with systemd, one with sysvinit in its place. Both
 * have the account and the service files of a published npm server (registry.ts), not its code.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../embedded/with-lock';
import { done } from './done';
import { INIT_SCRIPT, PORT, UNIT } from './registry';

export type Init = 'systemd' | 'sysvinit';

const KEPT = join(__dirname, '../../../.lockstep/debian');
/** libstdc++6: of the Node that is copied in. */
const PACKAGES = ['systemd', 'systemd-sysv', 'ifupdown', 'isc-dhcp-client', 'iproute2', 'libstdc++6'];
const WITHIN_MS = 15 * 60_000;

export async function debianTree(init: Init): Promise<string> {
  const made = createHash('sha256').update(JSON.stringify([PACKAGES, UNIT, INIT_SCRIPT, PORT, process.version]));
  const folder = join(KEPT, made.digest('hex').slice(0, 12));
  await mkdir(KEPT, { recursive: true });
  return withLock(join(KEPT, 'made.lock'), { deadlineMs: WITHIN_MS, onWait: () => {} }, async () => {
    await beside(join(folder, 'systemd'), makeBase);
    await beside(join(folder, 'sysvinit'), async (tree) => {
      await done(['cp', '-a', '-T', join(folder, 'systemd'), tree]);
      await swapInit(tree);
    });
    return join(folder, init);
  });
}

/** Renamed when it is whole: one that was begun and not ended is never taken for a tree. */
async function beside(tree: string, make: (tree: string) => Promise<void>): Promise<void> {
  if (existsSync(tree)) return;
  await rm(`${tree}.new`, { recursive: true, force: true });
  await mkdir(`${tree}.new`, { recursive: true });
  await make(`${tree}.new`);
  await rename(`${tree}.new`, tree);
}

async function makeBase(tree: string): Promise<void> {
  const codename = /^VERSION_CODENAME=(\S+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const include = `--include=${PACKAGES.join(',')}`;
  // It mounts /proc into the tree. In a namespace of its own that goes with it, also where it is killed.
  const own = ['unshare', '--mount', 'debootstrap'];
  await done([...own, '--variant=minbase', include, codename, tree, await mirrorOf(codename)], WITHIN_MS);
  await copyFile(await realpath(process.execPath), join(tree, 'usr/local/bin/node'));
  await done(['chroot', tree, 'useradd', '--system', '--home-dir', '/var/lib/registry', '--create-home', 'registry']);
  await writeFile(join(tree, 'etc/systemd/system/registry.service'), UNIT);
  await symlink(
    '/etc/systemd/system/registry.service',
    join(tree, 'etc/systemd/system/multi-user.target.wants/registry.service'),
  );
}

/** As the machine's own apt has it, whichever way it is written down. */
async function mirrorOf(codename: string): Promise<string> {
  const listed = await done([
    'apt-get',
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Created-By: Packages',
  ]);
  const found = listed.split('\n').map((line) => line.split(' '));
  const uri = found.find(([, release, component]) => release === codename && component === 'main')?.[0];
  if (uri !== undefined) return uri;
  throw new Error(`apt of this machine knows no mirror of ${codename}:\n${listed}`);
}

/** By apt in the tree itself, as an admin does it. */
async function swapInit(tree: string): Promise<void> {
  await copyFile('/etc/resolv.conf', join(tree, 'etc/resolv.conf'));
  const apt = ['apt-get', '-qq', '-o', 'Acquire::Check-Valid-Until=false', '-o', 'Acquire::Check-Date=false'];
  const install = [...apt, 'install', '-y', '--no-install-recommends', 'sysvinit-core'];
  await done(['chroot', tree, 'env', 'DEBIAN_FRONTEND=noninteractive', ...install], WITHIN_MS);
  await writeFile(join(tree, 'etc/init.d/registry'), INIT_SCRIPT, { mode: 0o755 });
  await done(['chroot', tree, 'update-rc.d', 'registry', 'defaults']);
}
