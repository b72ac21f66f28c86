/**
 * The config of a locker, made into that of one that nobody misses: its own root, mounts and address, no way
 * beyond the box, nothing that runs outside of it, nothing that another locker has too. Pure.
 */
import { joined } from '../../domain/adopt/below';
import type { Model, Setting } from './model';
import { isPartOfData, ownMount, targetOf } from './own-mounts';

export interface Place {
  readonly rootfs: string;
  /** A link to a version: its code and its config. */
  readonly current: string;
  readonly me: string;
  readonly address: string;
  readonly mac: string;
  /** Source of a mount → what stands in for it; null: left out. Others stay as they are. */
  readonly standIns: ReadonlyMap<string, string | null>;
}

/** Hooks and scripts run as root outside; a gateway leads beyond the box; a name or file of the model would be there twice. */
const DROPPED: readonly RegExp[] = [
  /^lxc\.hook\./,
  /^lxc\.net\.(?!0\.)/,
  /^lxc\.net\.0\.(?:ipv4\.gateway|ipv6\.|veth\.|script\.|vlan|macvlan|ipvlan)/,
  /^lxc\.start\./,
  /^lxc\.(?:group|mount|mount\.fstab|ephemeral)$/,
  /^lxc\.(?:console|log|monitor)\./,
];

const SECRET = /(?:KEY|SECRET|TOKEN|PASS|CREDENTIAL)/i;

export function isolateConfig(model: Model, place: Place): string {
  const { settings } = model;
  const kept = settings.filter(([key]) => !DROPPED.some((pattern) => pattern.test(key)));
  const changed = kept.flatMap((setting): Setting[] => changeSetting(setting, { place, model }));
  const own: Setting[] = [
    ['lxc.uts.name', 'rehearsal'],
    ['lxc.rootfs.path', `dir:${place.rootfs}`],
    ['lxc.start.auto', '0'],
  ];
  return `${[...changed, ...own].map(([key, value]) => `${key} = ${value}`).join('\n')}\n`;
}

interface Changing {
  readonly place: Place;
  readonly model: Model;
}

function changeSetting([key, value]: Setting, { place, model }: Changing): Setting[] {
  switch (key) {
    case 'lxc.uts.name':
    case 'lxc.rootfs.path':
      return [];
    case 'lxc.net.0.ipv4.address':
      return [[key, `${place.address}${/\/\d+/.exec(value)?.[0] ?? ''}`]];
    case 'lxc.net.0.hwaddr':
      return [[key, place.mac]];
    case 'lxc.environment':
      return [[key, SECRET.test(value.split('=', 1)[0] ?? '') ? `${value.split('=', 1)[0]}=rehearsal` : value]];
    case 'lxc.mount.entry':
      return changeMount(value, place, model).map((entry) => [key, entry]);
    default:
      return [[key, key.startsWith('lxc.cgroup.dir') && model.of !== null ? withoutName(value, model.of) : value]];
  }
}

function changeMount(entry: string, { current, me, standIns }: Place, model: Model): string[] {
  const [source = '', target = '', ...rest] = entry.split(/\s+/);
  const own = ownMount(model, { source, target });
  const sources = { code: `${current}/code`, config: `${current}/config`, me };
  const instead = own === null || isPartOfData(own) ? standIns.get(source) : joined(sources[own.part], own.rest);
  if (instead === null) return [];
  return [[instead ?? source, targetOf(target, model.rootfs), ...rest].join(' ')];
}

const withoutName = (path: string, name: string): string =>
  path
    .split('/')
    .map((part) => (part === name ? 'rehearsal' : part))
    .join('/');
