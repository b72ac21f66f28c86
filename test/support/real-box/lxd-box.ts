/**
 * A box whose lockers are instances of LXD, as `lxd init` and an image of stock Debian make them: l01 unprivileged, as is
 * usual, l02 privileged. Both get their code from a device of the default profile, and their settings from one of
 * their own. The daemon has a folder of its own in the box, and goes with it.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { evidenceOf } from '../../../box/run';
import type { Ran } from '../../../box/run';
import { BoxConfig } from '../../../domain/protocol/box-config';
import { BRIDGE, lockerAddress, lockerMac, lockerNumber, withPrefix } from '../../../sandbox/box-network';
import { execInBox } from '../../../sandbox/exec-in-box';
import { boxNamed, openSandbox } from '../../../sandbox/find-box';
import { makeBox } from '../../../sandbox/make-box';
import { boxLayout, sandboxLayout } from '../../../sandbox/sandbox-layout';
import type { BoxLayout, SandboxLayout } from '../../../sandbox/sandbox-layout';
import { lxcBox, newState } from '../../../sandbox/sandbox-state';
import type { LxcBox } from '../../../sandbox/sandbox-state';
import { takeDown } from '../../../sandbox/take-down';
import { spawnDetached } from '../../../embedded/spawn-detached';
import { enterArgv } from '../../../sandbox/enter-box';
import { debianTree } from './debian-trees';
import { done } from './done';
import { commitTree, makeCodeRepo, makeConfigRepo, PORT } from './registry';
import { fleetText, untilTrue } from './real-containers-box';

const NAME = 'lxc12';
export const LOCKERS = ['l01', 'l02'] as const;
const PRIVILEGED = 'l02';
const EXEC_WITHIN_MS = 300_000;

export interface LxdBox {
  readonly dir: string;
  readonly name: string;
  readonly layout: SandboxLayout;
  readonly places: BoxLayout;
  /** Of all instances. */
  readonly containers: string;
  readonly fleetFile: string;
  /** The owner's data, as they lie on the box. */
  me(locker: string): string;
  /** What it answers at its address; null: nothing. */
  serves(locker: string): Promise<string | null>;
  version(locker: string): Promise<string>;
  exec(...argv: readonly string[]): Promise<Ran>;
  /** The client of LXD, which Debian calls `lxc`; its stdout. */
  readonly lxd: (...argv: readonly string[]) => Promise<string>;
  commit(message: string, refs: readonly string[]): Promise<void>;
  down(): Promise<void>;
}

export async function anLxdBox(service: Record<string, unknown>): Promise<LxdBox> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-sandbox-'));
  await chmod(dir, 0o755);
  const layout = sandboxLayout(dir);
  let made: LxdBox | null = null;
  const down = async () => {
    if (made !== null) await endLxd(made);
    await takeDown({ dir, progress: () => {} });
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const work = join(dir, 'work');
    await mkdir(join(dir, 'repos'));
    await makeCodeRepo(work, layout.codeRepo);
    await makeConfigRepo(join(dir, 'work-config'), layout.configRepo);
    const { boxes } = await makeBox(layout, newState(dir), { name: NAME, lockers: LOCKERS.length, progress: () => {} });
    const box = lxcBox(boxNamed({ ...newState(dir), boxes }, NAME));
    made = { ...world({ dir, layout, folder: box.folder, work }), down };
    await tellLockerd(made);
    await startLxd(made, box);
    await makeInstances(made, box);
    await writeFile(made.fleetFile, fleetText(layout, { policy: {}, service }));
    return made;
  } catch (error) {
    await down();
    throw error;
  }
}

function world(at: { dir: string; layout: SandboxLayout; folder: string; work: string }): Omit<LxdBox, 'down'> {
  const { dir, layout, folder, work } = at;
  const places = boxLayout(folder);
  const containers = join(folder, 'lxd', 'containers');
  const exec = async (...argv: readonly string[]) =>
    execInBox(boxNamed((await openSandbox(dir)).state, NAME), argv, EXEC_WITHIN_MS);
  const lxd = async (...argv: readonly string[]) => {
    const ran = await exec('env', `LXD_DIR=${join(folder, 'lxd')}`, `LXD_CONF=${join(folder, 'lxd-client')}`, ...argv);
    if (ran.code === 0) return ran.stdout;
    throw new Error(evidenceOf(ran).join('\n'));
  };
  const box = async () => lxcBox(boxNamed((await openSandbox(dir)).state, NAME));
  return {
    dir,
    name: NAME,
    layout,
    places,
    containers,
    fleetFile: join(dir, 'fleet.yaml'),
    me: (locker) => join(containers, locker, 'rootfs/var/lib/registry'),
    serves: async (locker) => {
      const address = lockerAddress(await box(), lockerNumber(locker));
      const answer = await fetch(`http://${address}:${PORT}/`, { signal: AbortSignal.timeout(20_000) }).catch(() => null);
      return answer?.ok ? answer.text() : null;
    },
    version: async (locker) => (await lxd('lxc', 'exec', locker, '--', '/usr/local/bin/node', '-p', VERSION)).trim(),
    exec,
    lxd,
    commit: (message, refs) => commitTree(work, message, refs),
  };
}

const VERSION = "require('/opt/registry/package.json').version";

/** What `install-box --containers lxd` writes. */
async function tellLockerd({ places, containers }: Omit<LxdBox, 'down'>): Promise<void> {
  const config = JSON.parse(await readFile(places.boxConfig, 'utf8')) as Record<string, unknown>;
  const told = BoxConfig.parse({ ...config, kind: 'lxd', lxcPath: containers });
  await writeFile(places.boxConfig, `${JSON.stringify(told, null, 2)}\n`);
}

async function startLxd({ lxd, places }: Omit<LxdBox, 'down'>, box: LxcBox): Promise<void> {
  const folder = join(places.folder, 'lxd');
  await mkdir(folder, { mode: 0o711 });
  const state = boxNamed((await openSandbox(join(places.folder, '../..'))).state, NAME);
  const argv = enterArgv(state, ['env', `LXD_DIR=${folder}`, 'lxd', '--group', 'root']);
  await spawnDetached(argv, process.env, join(places.log, 'lxd.log'));
  await untilTrue('LXD listens', () => answers(lxd));
  const preseed = join(places.folder, 'preseed.yaml');
  await writeFile(preseed, preseedText(join(box.folder, 'srv/registry')));
  await lxd('sh', '-c', `lxd init --preseed < ${preseed}`);
}

const answers = (lxd: LxdBox['lxd']): Promise<boolean> =>
  lxd('lxd', 'waitready', '--timeout', '5').then(
    () => true,
    () => false,
  );

/** As `lxd init --minimal` writes it, but for the bridge, which the box has already. */
const preseedText = (code: string): string =>
  stringify({
    config: {},
    storage_pools: [{ name: 'default', driver: 'dir' }],
    profiles: [
      {
        name: 'default',
        devices: {
          root: { type: 'disk', path: '/', pool: 'default' },
          eth0: { type: 'nic', name: 'eth0', nictype: 'bridged', parent: BRIDGE },
          registry: { type: 'disk', source: code, path: '/opt/registry', readonly: 'true' },
        },
      },
    ],
  });

async function makeInstances({ lxd, places, layout }: Omit<LxdBox, 'down'>, box: LxcBox): Promise<void> {
  const srv = join(box.folder, 'srv');
  await mkdir(srv, { mode: 0o755 });
  await done(['git', 'clone', '--quiet', '--branch', 'v1', layout.codeRepo, join(srv, 'registry')]);
  const image = join(places.folder, 'image');
  await mkdir(image);
  const about = { architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64', creation_date: 1_700_000_000 };
  await writeFile(join(image, 'metadata.yaml'), stringify(about));
  await done(['tar', '-cf', join(image, 'meta.tar'), '-C', image, 'metadata.yaml']);
  await done(['tar', '-cf', join(image, 'rootfs.tar'), '-C', await debianTree('systemd'), '.']);
  await lxd('lxc', 'image', 'import', join(image, 'meta.tar'), join(image, 'rootfs.tar'), '--alias', 'debian');
  await rm(image, { recursive: true });
  for (const name of LOCKERS) {
    const settings = join(srv, 'config', name);
    await mkdir(settings, { recursive: true, mode: 0o755 });
    await writeFile(join(settings, 'env'), `PORT=${PORT}\n`);
    await rm(join(box.folder, 'me', name), { recursive: true });
    const own = name === PRIVILEGED ? ['--config', 'security.privileged=true'] : [];
    await lxd('lxc', 'init', 'debian', name, ...own);
    await lxd('lxc', 'config', 'device', 'override', name, 'eth0', `hwaddr=${lockerMac(box, lockerNumber(name))}`);
    await lxd('lxc', 'config', 'device', 'add', name, 'settings', 'disk', `source=${settings}`, 'path=/etc/registry');
    await pushFile(lxd, places, { name, path: 'etc/network/interfaces', text: interfacesOf(box, name) });
    await pushFile(lxd, places, { name, path: 'var/lib/registry/index.html', text: `<h1>Packages of ${name}</h1>` });
    await lxd('lxc', 'start', name);
  }
}

const interfacesOf = (box: LxcBox, name: string): string =>
  `auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet static\n  address ${withPrefix(lockerAddress(box, lockerNumber(name)))}\n`;

async function pushFile(
  lxd: LxdBox['lxd'],
  { folder }: BoxLayout,
  file: { name: string; path: string; text: string },
): Promise<void> {
  const beside = join(folder, 'pushed');
  await writeFile(beside, file.text, { mode: 0o644 });
  await lxd('lxc', 'file', 'push', '--uid', '0', '--gid', '0', beside, `${file.name}/${file.path}`);
}

async function endLxd({ lxd, dir }: LxdBox): Promise<void> {
  await lxd('lxc', 'stop', '--force', '--all').catch(() => '');
  await lxd('lxd', 'shutdown', '--timeout', '60').catch((error: unknown) => {
    throw new Error(`LXD of ${dir} does not end: ${String(error)}`);
  });
}
