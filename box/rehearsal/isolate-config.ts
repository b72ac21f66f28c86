/**
 * The config of a locker, made into that of one that nobody misses: its own root, mounts and address, no way
 * beyond the box, nothing that runs outside of it, nothing that another locker has too. Pure.
 */
import type { Model, Setting } from './find-model';

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

export function isolateConfig({ settings, of, rootfs: modelRoot }: Model, place: Place): string {
  const kept = settings.filter(([key]) => !DROPPED.some((pattern) => pattern.test(key)));
  const changed = kept.flatMap((setting): Setting[] => changeSetting(setting, { place, of, modelRoot }));
  const own: Setting[] = [
    ['lxc.uts.name', 'rehearsal'],
    ['lxc.rootfs.path', `dir:${place.rootfs}`],
    ['lxc.start.auto', '0'],
  ];
  return `${[...changed, ...own].map(([key, value]) => `${key} = ${value}`).join('\n')}\n`;
}

interface Changing {
  readonly place: Place;
  readonly of: string | null;
  readonly modelRoot: string | null;
}

function changeSetting([key, value]: Setting, { place, of, modelRoot }: Changing): Setting[] {
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
      return changeMount(value, place, modelRoot).map((entry) => [key, entry]);
    default:
      return [[key, key.startsWith('lxc.cgroup.dir') && of !== null ? withoutName(value, of) : value]];
  }
}

function changeMount(entry: string, { current, me, standIns }: Place, modelRoot: string | null): string[] {
  const [source = '', target = '', ...rest] = entry.split(/\s+/);
  const place = targetOf(target, modelRoot);
  const own: Readonly<Record<string, string>> = { code: `${current}/code`, Config: `${current}/config`, Me: me };
  const instead = Object.hasOwn(own, place) ? own[place] : standIns.get(source);
  if (instead === null) return [];
  return [[instead ?? source, place, ...rest].join(' ')];
}

/** As a relative path: LXC takes one below the root file system too, and that is another now. */
export function targetOf(target: string, modelRoot: string | null): string {
  const below = modelRoot !== null && target.startsWith(`${modelRoot}/`) ? target.slice(modelRoot.length) : target;
  return below.replace(/^\/+|\/+$/g, '');
}

const withoutName = (path: string, name: string): string =>
  path
    .split('/')
    .map((part) => (part === name ? 'rehearsal' : part))
    .join('/');
