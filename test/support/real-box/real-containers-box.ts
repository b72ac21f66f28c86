/**
 * A box as a stranger has it: stock Debian containers, each with an init of its own, addresses from the box's own
 * DHCP, a published npm server under each init, its data in the root file system. l01 is systemd; l02 sysvinit
 * with an address besides that nobody can reach; l03 an unprivileged one with systemd, and IPv6 alone.
 */
import { chmod, lchown, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { evidenceOf } from '../../../box/run';
import type { Ran } from '../../../box/run';
import { spawnDetached } from '../../../embedded/spawn-detached';
import { bootBox } from '../../../sandbox/boot-box';
import { BRIDGE } from '../../../sandbox/box-network';
import { execInBox } from '../../../sandbox/exec-in-box';
import { boxNamed, openSandbox } from '../../../sandbox/find-box';
import { makeBox } from '../../../sandbox/make-box';
import { powerOff } from '../../../sandbox/power-off';
import { boxLayout, sandboxLayout } from '../../../sandbox/sandbox-layout';
import type { BoxLayout, SandboxLayout } from '../../../sandbox/sandbox-layout';
import { lxcBox, newState } from '../../../sandbox/sandbox-state';
import type { LxcBox } from '../../../sandbox/sandbox-state';
import { takeDown } from '../../../sandbox/take-down';
import { allowMappedIds, forgetMappedIds, MAPPED_IDS } from '../mapped-ids';
import { debianTree } from './debian-trees';
import type { Init } from './debian-trees';
import { done } from './done';
import { commitTree, makeCodeRepo, makeConfigRepo, PORT } from './registry';

const NAME = 'lxc12';
const EXEC_WITHIN_MS = 120_000;

interface Kind {
  readonly init: Init;
  /** Ids of the container → ids of the box. */
  readonly shift: number;
  readonly interfaces: string;
  /** Lines of its config. */
  readonly config: (at: LxcBox) => readonly string[];
}

const veth = (n: number) => [`lxc.net.${n}.type = veth`, `lxc.net.${n}.flags = up`];
const bridged = (n: number) => [...veth(n), `lxc.net.${n}.link = ${BRIDGE}`];
const interfaces = (text: string) => `auto lo\niface lo inet loopback\n${text}\n`;
const SHIFT = MAPPED_IDS.first;

export const KINDS: Readonly<Record<string, Kind>> = {
  l01: {
    init: 'systemd',
    shift: 0,
    interfaces: interfaces('auto eth0\niface eth0 inet dhcp'),
    config: () => bridged(0),
  },
  l02: {
    init: 'sysvinit',
    shift: 0,
    interfaces: interfaces('auto eth1\niface eth1 inet dhcp'),
    config: () => [...veth(0), 'lxc.net.0.ipv4.address = 172.31.9.1/24', ...bridged(1)],
  },
  l03: {
    init: 'systemd',
    shift: SHIFT,
    interfaces: interfaces('auto eth0\niface eth0 inet manual'),
    config: (box) => [
      'lxc.include = /usr/share/lxc/config/debian.userns.conf',
      `lxc.idmap = u 0 ${SHIFT} ${MAPPED_IDS.count}`,
      `lxc.idmap = g 0 ${SHIFT} ${MAPPED_IDS.count}`,
      ...bridged(0),
      `lxc.net.0.ipv6.address = ${inSix(box, '13')}/64`,
    ],
  },
};

const inSix = ({ subnet }: LxcBox, host: string): string => `fd4c:53:${subnet.toString(16)}::${host}`;
const inFour = ({ subnet }: LxcBox, host: number): string => `10.77.${subnet * 4 + 1}.${host}`;

export interface RealBox {
  readonly dir: string;
  readonly name: string;
  readonly lockers: readonly string[];
  readonly layout: SandboxLayout;
  readonly places: BoxLayout;
  readonly fleetFile: string;
  /** The work tree of the code repository. */
  readonly work: string;
  /** The owner's data, as they lie on the box. */
  me(locker: string): string;
  addresses(locker: string): Promise<string[]>;
  /** What it answers whoever asks it from outside; null: nothing. */
  serves(locker: string): Promise<string | null>;
  /** The version of the published server that its container has in /opt/registry. */
  version(locker: string): Promise<string>;
  attach(locker: string, ...argv: readonly string[]): Promise<Ran>;
  start(locker: string): Promise<void>;
  /** The application alone; its init lives on. */
  killApplication(locker: string): Promise<void>;
  commit(message: string, refs: readonly string[]): Promise<void>;
  writeFleet(service: Record<string, unknown>): Promise<void>;
  /** Power off, and on again. */
  reboot(): Promise<void>;
  exec(...argv: readonly string[]): Promise<Ran>;
  down(): Promise<void>;
}

export async function aRealContainersBox(policy: Record<string, unknown>): Promise<RealBox> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-sandbox-'));
  await chmod(dir, 0o755);
  const layout = sandboxLayout(dir);
  const down = async () => {
    await takeDown({ dir, progress: () => {} });
    await forgetMappedIds();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const work = join(dir, 'work');
    await mkdir(join(dir, 'repos'));
    await makeCodeRepo(work, layout.codeRepo);
    await makeConfigRepo(join(dir, 'work-config'), layout.configRepo);
    const { boxes } = await makeBox(layout, newState(dir), { name: NAME, lockers: 3, progress: () => {} });
    const box = lxcBox(boxNamed({ ...newState(dir), boxes }, NAME));
    await makeContainers(box, layout);
    await startDhcp(box);
    return { ...world({ dir, layout, work, folder: box.folder, policy }), down };
  } catch (error) {
    await down();
    throw error;
  }
}

async function makeContainers(box: LxcBox, { codeRepo }: SandboxLayout): Promise<void> {
  const places = boxLayout(box.folder);
  const srv = join(box.folder, 'srv');
  await mkdir(srv, { mode: 0o755 });
  await done(['git', 'clone', '--quiet', '--branch', 'v1', codeRepo, join(srv, 'registry')]);
  await allowMappedIds();
  for (const [name, kind] of Object.entries(KINDS)) {
    const settings = join(srv, 'config', name);
    await mkdir(settings, { recursive: true, mode: 0o755 });
    await writeFile(join(settings, 'env'), `PORT=${PORT}\n`);
    await rm(join(box.folder, 'me', name), { recursive: true });
    await makeRoot(places.rootfs(name), name, kind);
    const lines = [
      'lxc.include = /usr/share/lxc/config/debian.common.conf',
      `lxc.uts.name = ${name}`,
      `lxc.rootfs.path = dir:${places.rootfs(name)}`,
      'lxc.apparmor.profile = unconfined',
      `lxc.cgroup.dir = ${box.netns}/${name}`,
      ...kind.config(box),
      `lxc.mount.entry = ${srv}/registry opt/registry none bind,ro,create=dir 0 0`,
      `lxc.mount.entry = ${settings} etc/registry none bind,ro,create=dir 0 0`,
    ];
    await writeFile(places.lxcConfig(name), `${lines.join('\n')}\n`);
  }
}

async function makeRoot(rootfs: string, name: string, { init, shift, interfaces: text }: Kind): Promise<void> {
  await rm(rootfs, { recursive: true, force: true });
  await done(['cp', '-a', '-T', await debianTree(init), rootfs]);
  await writeFile(join(rootfs, 'etc/hostname'), `${name}\n`);
  await writeFile(join(rootfs, 'etc/network/interfaces'), text);
  // Of a container each, as a clone should have it.
  await writeFile(join(rootfs, 'etc/machine-id'), '');
  if (init === 'sysvinit') {
    const table = join(rootfs, 'etc/inittab');
    // Debian's own line names a script that it does not ship: nothing would halt it.
    await writeFile(table, (await readFile(table, 'utf8')).replace(/^pf:.*$/m, 'pf::powerwait:/sbin/init 0'));
  }
  await writeFile(join(rootfs, 'var/lib/registry/index.html'), `<h1>Packages of ${name}</h1>`);
  if (shift > 0) await shiftOwners(rootfs, shift);
}

async function shiftOwners(path: string, shift: number): Promise<void> {
  const { uid, gid, mode } = await lstat(path);
  await lchown(path, uid + shift, gid + shift);
  if ((mode & 0o7000) !== 0 && (mode & 0o170000) !== 0o120000) await chmod(path, mode & 0o7777);
  if ((mode & 0o170000) !== 0o040000) return;
  for (const name of await readdir(path)) await shiftOwners(join(path, name), shift);
}

/** In the network of the box, which a loss of its power leaves as it is; the process ends with all others of the box. */
async function startDhcp(box: LxcBox): Promise<void> {
  const { netns, folder } = box;
  const six = inSix(box, '1');
  const addressed = await execIn(netns, ['ip', '-6', 'address', 'show', 'dev', BRIDGE]);
  if (!addressed.includes(six)) await execIn(netns, ['ip', '-6', 'address', 'add', `${six}/64`, 'dev', BRIDGE, 'nodad']);
  const argv = ['nsenter', `--net=/run/netns/${netns}`, 'dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--port=0'];
  const range = `--dhcp-range=${inFour(box, 50)},${inFour(box, 250)},255.255.252.0,2m`;
  const files = [`--dhcp-leasefile=${join(folder, 'leases')}`, '--pid-file=', '--log-facility=-', '--user=root'];
  const on = [`--interface=${BRIDGE}`, '--bind-interfaces', '--except-interface=lo'];
  await spawnDetached([...argv, range, ...files, ...on] as [string, ...string[]], process.env, join(folder, 'log', 'dhcp.log'));
}

const execIn = (netns: string, argv: readonly string[]): Promise<string> =>
  done(['nsenter', `--net=/run/netns/${netns}`, ...argv]);

interface Making {
  readonly dir: string;
  readonly layout: SandboxLayout;
  readonly work: string;
  readonly folder: string;
  readonly policy: Record<string, unknown>;
}

function world({ dir, layout, work, folder, policy }: Making): Omit<RealBox, 'down'> {
  const places = boxLayout(folder);
  const lockers = Object.keys(KINDS);
  const fleetFile = join(dir, 'fleet.yaml');
  const state = async () => boxNamed((await openSandbox(dir)).state, NAME);
  const exec = async (...argv: readonly string[]) => execInBox(await state(), argv, EXEC_WITHIN_MS);
  const on = (command: string, locker: string) => [command, '-P', places.lxc, '-n', locker];
  const attach = (locker: string, ...argv: readonly string[]) => exec(...on('lxc-attach', locker), '--clear-env', '--', ...argv);
  const addresses = async (locker: string) => {
    const { stdout } = await exec(...on('lxc-info', locker), '-i', '-H');
    return stdout.split('\n').filter((line) => line !== '');
  };
  const serves = async (locker: string) => {
    // From within the box: the way to IPv6 addresses is its alone.
    const asked = (await addresses(locker)).map((address) => exec(process.execPath, '-e', ASK, address, String(PORT)));
    return (await Promise.all(asked)).find(({ code }) => code === 0)?.stdout ?? null;
  };
  return {
    dir,
    name: NAME,
    lockers,
    layout,
    places,
    fleetFile,
    work,
    me: (locker) => join(places.rootfs(locker), 'var/lib/registry'),
    addresses,
    serves,
    version: async (locker) => (await attach(locker, '/usr/local/bin/node', '-p', VERSION)).stdout.trim(),
    attach,
    start: async (locker) => {
      const ran = await exec(...on('lxc-start', locker), '-d', '-o', join(places.log, `${locker}.lxc`));
      if (ran.code !== 0) throw new Error(evidenceOf(ran).join('\n'));
      await untilTrue(`${locker} serves`, async () => (await serves(locker)) !== null);
    },
    killApplication: async (locker) => {
      const ran = await attach(locker, '/bin/sh', '-c', KILL);
      if (ran.code !== 0) throw new Error(evidenceOf(ran).join('\n'));
    },
    commit: (message, refs) => commitTree(work, message, refs),
    writeFleet: (service) => writeFile(fleetFile, fleetText(layout, { policy, service })),
    reboot: async () => {
      const before = await state();
      await powerOff(before);
      await startDhcp(lxcBox(before));
      await bootBox(dir, NAME);
    },
    exec,
  };
}

const ASK = `fetch('http://' + (process.argv[1].includes(':') ? '[' + process.argv[1] + ']' : process.argv[1]) + ':' + process.argv[2], { signal: AbortSignal.timeout(20000) }).then(async (answer) => { console.log(await answer.text()); process.exit(answer.ok ? 0 : 1); }, () => process.exit(1));`;
const VERSION = "require('/opt/registry/package.json').version";
/** By its program: no other process of the container is a Node. */
const KILL =
  'for exe in /proc/[0-9]*/exe; do [ "$(readlink $exe)" = /usr/local/bin/node ] && kill -9 $(basename $(dirname $exe)); done; true';

export function fleetText(layout: SandboxLayout, { policy, service }: { policy: object; service: object }): string {
  return stringify({
    version: 1,
    services: {
      registry: {
        code: { repo: layout.codeRepo, ref: 'stable' },
        config: { repo: layout.configRepo, ref: 'stable' },
        port: PORT,
        probe: { path: '/', timeout: '2s', interval: '500ms' },
        mounts: { code: '/opt/registry', config: '/etc/registry', data: '/var/lib/registry' },
        values: { port: PORT },
        policy,
        ...service,
      },
    },
    boxes: { [NAME]: { service: 'registry', ssh: { host: NAME, config: layout.sshConfig } } },
  });
}

/** Generous: a loaded machine lets few lockers start at a time. */
const WITHIN_MS = 300_000;
export async function untilTrue(what: string, look: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + WITHIN_MS;
  while (!(await look())) {
    if (performance.now() > until) throw new Error(`not within ${WITHIN_MS} ms: ${what}`);
    await sleep(200);
  }
}
