/** May this host become a box? Pure. Lockers that are not fit yet only warn: adopt-box, or a person, comes after. */
import type { HostFacts } from '../../box-install/wanted';
import { isLxd } from '../../domain/protocol/box-config';
import type { BoxConfig } from '../../domain/protocol/box-config';
import { checkClock, checkDisk, checkInodes, checkKernel, checkLockers, checkNode, checkPsi } from '../doctor/check-figures';
import { fail, ok, warn } from '../doctor/finding';
import type { Finding } from '../doctor/finding';
import type { Hook } from './boot-hook';

export interface HostCheck {
  readonly box: string;
  readonly kind?: BoxConfig['kind'];
  readonly lxcPath: string;
  readonly needsSudo: boolean;
  readonly hook: Hook;
  readonly clock: { readonly asked: number; readonly answered: number };
}

export function checkHost(facts: HostFacts, check: HostCheck): Finding[] {
  return [
    checkNode(facts.node),
    runtimeOf(facts, check),
    facts.git === null ? fail('git', 'not there', 'Install the Debian package git.') : ok('git', facts.git),
    facts.flock ? ok('flock', 'there') : fail('flock', 'not there', 'Install the Debian package util-linux.'),
    ...sudoOf(facts, check),
    facts.lxcPathThere
      ? ok('LXC path', check.lxcPath)
      : fail(
          'LXC path',
          `there is no folder ${check.lxcPath}`,
          isLxd(check.kind)
            ? `Name the folder with the containers of ${check.kind} with --lxc-path.`
            : "Name LXC's own path (`lxc-config lxc.lxcpath`) with --lxc-path.",
        ),
    ...proxmoxOf(facts, check),
    otherBox(facts, check.box),
    checkDisk(facts.disk, facts.disk.path),
    checkInodes(facts.disk.freeInodesPercent),
    checkClock(Date.parse(facts.at), check.clock),
    checkPsi(facts.psi),
    ...checkKernel(facts.kernel, facts.containers.length).filter(({ state }) => state === 'warn'),
    hookFinding(check.hook, facts),
    ...checkLockers(facts.containers, 'warn').filter(({ state }) => state !== 'ok'),
  ];
}

function runtimeOf({ lxc }: HostFacts, { kind, lxcPath }: HostCheck): Finding {
  const name = isLxd(kind) ? kind : null;
  if (lxc !== null) return ok(name?.toUpperCase() ?? 'LXC', lxc);
  return name === null
    ? fail('LXC', 'lxc-start is not there', 'Install the Debian package lxc; of LXD or Incus name it: --containers lxd.')
    : fail(
        name.toUpperCase(),
        `no ${name} answers at the socket beside ${lxcPath}`,
        `Install and start ${name}, name the folder of its containers with --lxc-path, or leave --containers out.`,
      );
}

/** It writes LXC's config anew at each start, from a file of its own: what adopt-box wrote there would be lost. */
function proxmoxOf({ proxmox }: HostFacts, { lxcPath }: HostCheck): Finding[] {
  if (!proxmox || lxcPath !== '/var/lib/lxc') return [];
  return [
    fail(
      'Proxmox',
      `Proxmox VE makes the containers in ${lxcPath} out of /etc/pve/lxc at each start`,
      'Its containers can not be lockers. For others of this host name their folder: --lxc-path, or --containers.',
    ),
  ];
}

function sudoOf({ sudo, visudo }: HostFacts, { needsSudo }: HostCheck): Finding[] {
  if (!needsSudo) return [];
  const cure = 'Install the Debian package sudo, or let the rollouts log in as root.';
  if (!sudo) return [fail('sudo', "not there, and the rollouts' account needs it", cure)];
  return [
    visudo ? ok('sudo', 'there; visudo checks its line') : warn('sudo', 'there, without visudo: its line is not checked', cure),
  ];
}

function otherBox({ installed }: HostFacts, box: string): Finding {
  const name = installed?.['box'];
  if (name === undefined || name === box) return ok('box.json', name === undefined ? 'none yet' : `box ${box}`);
  return fail(
    'box.json',
    `this host is box ${JSON.stringify(name)} already`,
    'Mend `ssh` of this box in the fleet file, or run uninstall-box there first.',
  );
}

function hookFinding(hook: Hook, { systemd, rcFolders, cron }: HostFacts): Finding {
  const has = { systemd, 'init.d': rcFolders.length > 0, cron, none: true }[hook];
  if (!has) return fail('boot', `this host runs no ${hook}`, 'Leave --boot out, or name what the host has.');
  if (hook !== 'none') return ok('boot', { systemd: 'systemd', 'init.d': 'init scripts', cron: 'cron' }[hook]);
  return warn('boot', 'nothing starts lockerd at boot, so no locker comes up', 'Let your init run `lockerctl status` as root.');
}
