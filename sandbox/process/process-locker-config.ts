/**
 * The config of a locker that is a process: LXC's own keys, of which the box's `lxc-start` (lxc.sh)
 * heeds these, and lockerd checks halt signal, autostart and mounts as on any box. Pure.
 */
export interface ProcessLocker {
  readonly name: string;
  readonly node: string;
  /** `<root>/lockers/<name>/current`: a link, resolved when the locker starts. */
  readonly current: string;
  readonly me: string;
  readonly address: string;
}

export function processLockerConfig({ name, node, current, me, address }: ProcessLocker): string {
  const lines = [
    `lxc.uts.name = ${name}`,
    `lxc.init.cmd = ${node} /code/locker.js`,
    'lxc.signal.halt = SIGTERM',
    'lxc.start.auto = 0',
    `lxc.mount.entry = ${current}/code code none bind,ro,create=dir 0 0`,
    `lxc.mount.entry = ${current}/config Config none bind,ro,create=dir 0 0`,
    `lxc.mount.entry = ${me} Me none bind,rw,create=dir 0 0`,
    'lxc.environment = LOCKER_CONFIG=/Config/config.json',
    'lxc.environment = LOCKER_ME=/Me',
    `lxc.environment = LOCKER_ADDRESS=${address}`,
    `lxc.net.0.ipv4.address = ${address}/32`,
  ];
  return `${lines.join('\n')}\n`;
}
