/**
 * An instance in LXC's words: a text of its own, and one of its profiles that it includes. LXD makes an LXC config of both at
 * each start; here is of it what Lockstep reads and changes. A device `none` of its own, which hides one of a profile, is the
 * empty `lxc.mount.entry` that clears those of the includes. Pure.
 */
import { bindLine } from '../../../domain/adopt/mounts';
import { parseLxcConfig } from '../../inspect/lxc-settings';
import { inherited } from './instance';
import type { Device, Instance, Part } from './instance';

export type Kept = Pick<Instance, 'config' | 'devices' | 'parts'>;

export interface Texts {
  readonly own: string;
  readonly profiles: string;
}
/** As an `lxc.include` names it. */
export const PROFILES = 'profiles';

const ENVIRONMENT = 'environment.';
const RAW = 'raw.lxc';

export function inLxcWords(instance: Kept, rootfs: string): Texts {
  const given = inherited(instance);
  const hides = Object.entries(instance.devices).some(([name, { type }]) => type === 'none' && isMount(given.devices[name]));
  const lines = [
    ...(instance.parts.length > 0 ? [`lxc.include = ${PROFILES}`] : []),
    `lxc.rootfs.path = dir:${rootfs}`,
    `lxc.start.auto = ${startsAtBoot(instance) ? 1 : 0}`,
    ...environmentOf(instance.config),
    ...rawLines(instance.config),
    ...(hides ? ['lxc.mount.entry ='] : []),
    ...mountLines(hides ? effectiveDevices(instance) : instance.devices),
  ];
  return { own: textOf(lines), profiles: textOf(profileLines(instance, given)) };
}

/** Where it has a value of its own, LXD takes that alone. */
function profileLines({ config, devices }: Kept, given: Part): string[] {
  const rest = Object.fromEntries(Object.entries(given.config).filter(([key]) => config[key] === undefined));
  const own = (name: string) => devices[name] !== undefined && devices[name].type !== 'none';
  const mounts = Object.fromEntries(Object.entries(given.devices).filter(([name]) => !own(name)));
  return [...environmentOf(rest), ...rawLines(rest), ...mountLines(mounts)];
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Where nobody says so, LXD starts at a boot what ran before it. */
export function startsAtBoot(instance: Kept): boolean {
  const said = instance.config['boot.autostart'] ?? inherited(instance).config['boot.autostart'];
  return !['false', '0', 'no', 'off'].includes(said?.toLowerCase() ?? '');
}

function environmentOf(config: Part['config']): string[] {
  return Object.keys(config)
    .filter((key) => key.startsWith(ENVIRONMENT))
    .toSorted()
    .map((key) => `lxc.environment = ${key.slice(ENVIRONMENT.length)}=${config[key]}`);
}

export const rawLines = (config: Part['config']): string[] =>
  parseLxcConfig(config[RAW] ?? '').map(([key, value]) => `${key} = ${value}`.trimEnd());

export function effectiveDevices(instance: Kept): Part['devices'] {
  const all = { ...inherited(instance).devices, ...instance.devices };
  return Object.fromEntries(Object.entries(all).filter(([, { type }]) => type !== 'none'));
}

/** The outer before the inner, as LXD mounts them. */
const mountLines = (devices: Part['devices']): string[] =>
  Object.values(devices)
    .filter(isMount)
    .toSorted((a, b) => ((a['path'] ?? '') < (b['path'] ?? '') ? -1 : 1))
    .map(mountLine);

const isMount = (device: Device | undefined): device is Device => device?.['type'] === 'disk' && device['path'] !== '/';
/** A folder of the box, and no volume of LXD's own. */
export const isBind = (device: Device): boolean =>
  isMount(device) && device['pool'] === undefined && (device['source'] ?? '').startsWith('/');

export function mountLine(device: Device): string {
  const { source = '', path = '', readonly, recursive } = device;
  const target = `/${path.replace(/^\/+/, '')}`;
  const line = bindLine(source, target, `${readonly === 'true' ? 'ro' : 'rw'},create=dir`);
  if (!isBind(device)) return line.replace(' none bind,', ' lxd-volume ');
  return recursive === 'true' ? line.replace(' none bind,', ' none rbind,') : line;
}
