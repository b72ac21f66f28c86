/**
 * The LXC config of a sandbox locker: no distribution, an empty root with the host's programs
 * bound read-only, Node as init. What lockstep needs of any locker is here too: a halt signal
 * that Node knows, autostart off, release and data as mounts. Pure.
 */
export interface LockerMachine {
  readonly name: string;
  readonly rootfs: string;
  /** `<root>/lockers/<name>/current`: a link, resolved when the container starts. */
  readonly current: string;
  readonly me: string;
  readonly bridge: string;
  /** Cgroups of all lockers of the box lie in it, so that none is left behind. */
  readonly cgroup: string;
  /** With prefix. */
  readonly address: string;
  readonly mac: string;
  readonly node: NodeMount;
}

export interface NodeMount {
  /** Path of node in the container. */
  readonly path: string;
  /** What to bind for it, unless it lies in /usr. */
  readonly bind: { readonly source: string; readonly kind: 'file' | 'dir' } | null;
}

const HOST_FOLDERS = ['bin', 'sbin', 'lib', 'lib64', 'usr'];

/** `execPath` without links. A Node that somebody unpacked elsewhere comes with its folder: it may have libraries beside it. */
export function nodeMountOf(execPath: string): NodeMount {
  if (execPath.startsWith('/usr/')) return { path: execPath, bind: null };
  const inBin = /^(\/.+)\/bin\/[^/]+$/.exec(execPath);
  const source = inBin?.[1] ?? execPath;
  return { path: execPath, bind: { source, kind: inBin ? 'dir' : 'file' } };
}

export function lxcConfig(machine: LockerMachine): string {
  const { name, rootfs, node } = machine;
  const lines = [
    `lxc.uts.name = ${name}`,
    `lxc.rootfs.path = dir:${rootfs}`,
    `lxc.init.cmd = ${node.path} /code/locker.js`,
    'lxc.signal.halt = SIGTERM',
    'lxc.start.auto = 0',
    'lxc.apparmor.profile = unconfined',
    'lxc.mount.auto = proc:mixed sys:ro cgroup:mixed',
    `lxc.cgroup.dir = ${machine.cgroup}`,
    'lxc.tty.max = 0',
    'lxc.pty.max = 16',
    ...HOST_FOLDERS.map((folder) => mount(`/${folder}`, folder, 'ro,create=dir,optional')),
    ...(node.bind ? [mount(node.bind.source, node.bind.source.slice(1), `ro,create=${node.bind.kind}`)] : []),
    mount(`${machine.current}/code`, 'code', 'ro,create=dir'),
    mount(`${machine.current}/config`, 'Config', 'ro,create=dir'),
    mount(machine.me, 'Me', 'rw,create=dir'),
    'lxc.net.0.type = veth',
    `lxc.net.0.link = ${machine.bridge}`,
    'lxc.net.0.flags = up',
    'lxc.net.0.name = eth0',
    `lxc.net.0.hwaddr = ${machine.mac}`,
    `lxc.net.0.ipv4.address = ${machine.address}`,
  ];
  return `${lines.join('\n')}\n`;
}

const mount = (source: string, target: string, options: string) =>
  `lxc.mount.entry = ${source} ${target} none bind,${options} 0 0`;
