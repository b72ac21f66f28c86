/** The way back: from the text that an instance is to read like to its own config and devices. Pure. */
import { mountsOf } from '../../../domain/adopt/mounts';
import type { Mount } from '../../../domain/adopt/mounts';
import { parseLxcConfig } from '../../inspect/lxc-settings';
import { effectiveDevices, mountLine, rawLines, startsAtBoot } from './in-lxc-words';
import type { Kept } from './in-lxc-words';
import { inherited } from './instance';
import type { Device, Part } from './instance';

const MOUNT = 'lxc.mount.entry';
/** Said by something else than `raw.lxc`. */
const OF_LXD = new Set(['lxc.include', 'lxc.rootfs.path', 'lxc.start.auto', 'lxc.environment', MOUNT]);

export function fromLxcWords(instance: Kept, text: string): Part {
  const settings = parseLxcConfig(text);
  const raw = rawWanted(instance, settings);
  return { config: configWanted(instance, settings, raw), devices: devicesWanted(instance, settings, raw) };
}

type Settings = readonly (readonly [string, string])[];
const lineOf = ([key, value]: readonly [string, string]): string => `${key} = ${value}`.trimEnd();

/** A mount of `raw.lxc` stays there; its own value hides that of a profile, which is said again then. */
function rawWanted(instance: Kept, settings: Settings): readonly string[] {
  const given = instance.config['raw.lxc'] === undefined ? rawLines(inherited(instance).config) : [];
  const now = [...rawLines(instance.config), ...given];
  const lines = settings
    .filter(([key, value]) => !OF_LXD.has(key) || (key === MOUNT && now.includes(lineOf([key, value]))))
    .map(lineOf);
  const cleared = settings.some(([key, value]) => key === MOUNT && value === '');
  const stays = given.filter((line) => !cleared || !line.startsWith(MOUNT));
  const again = stays.filter((line) => !lines.includes(line));
  return lines.length > 0 || stays.length < given.length ? [...again, ...lines] : [];
}

const isOther = (key: string) => !key.startsWith('environment.') && key !== 'raw.lxc';

function configWanted(instance: Kept, settings: Settings, raw: readonly string[]): Part['config'] {
  const others = Object.fromEntries(Object.entries(instance.config).filter(([key]) => isOther(key)));
  const environment = settings.flatMap(([key, value]) => {
    const [, name, words] = key === 'lxc.environment' ? (/^([^=]+)=(.*)$/s.exec(value) ?? []) : [];
    return name === undefined ? [] : [[`environment.${name}`, words ?? ''] as const];
  });
  const same = raw.join('\n') === rawLines(instance.config).join('\n');
  const rawText = same ? instance.config['raw.lxc'] : raw.length > 0 ? `${raw.join('\n')}\n` : undefined;
  return {
    ...others,
    ...Object.fromEntries(environment),
    ...(rawText === undefined ? {} : { 'raw.lxc': rawText }),
    ...bootWanted(instance, settings),
  };
}

function bootWanted(instance: Kept, settings: Settings): Part['config'] {
  const wanted = settings.findLast(([key]) => key === 'lxc.start.auto')?.[1] === '1';
  return wanted === startsAtBoot(instance) ? {} : { 'boot.autostart': String(wanted) };
}

function devicesWanted(instance: Kept, settings: Settings, raw: readonly string[]): Part['devices'] {
  const given = inherited(instance).devices;
  const all = settings.filter(([key]) => key === MOUNT).map(([, value]) => value);
  const clearedAt = all.lastIndexOf('');
  const own = all.slice(clearedAt + 1).filter((value) => !raw.includes(`${MOUNT} = ${value}`));
  const stays = (name: string, device: Device) => {
    const line = mountLine(device).slice(`${MOUNT} = `.length);
    return own.includes(line) || (clearedAt < 0 && instance.devices[name] === undefined);
  };
  const devices: Record<string, Device> = { ...instance.devices };
  const said = new Set<string>();
  for (const [name, device] of Object.entries(effectiveDevices(instance))) {
    if (device['type'] !== 'disk' || device['path'] === '/') continue;
    if (stays(name, device)) said.add(mountLine(device).slice(`${MOUNT} = `.length));
    else if (given[name] === undefined) delete devices[name];
    else devices[name] = { type: 'none' };
  }
  for (const value of own.filter((one) => !said.has(one))) {
    const device = deviceOf(value);
    if (device !== null) devices[freeName(devices, given, device)] = device;
  }
  return devices;
}

/** null: LXC takes no notice of such a line. */
function deviceOf(value: string): Device | null {
  const setting = { key: MOUNT, value, file: '', line: 0 };
  const [mount] = mountsOf({ file: '', text: '', includes: {}, fstabs: {} }, [setting]) as [Mount];
  if (mount.target === null || !mount.bind) return null;
  const options = mount.options.split(',');
  return {
    type: 'disk',
    source: mount.source,
    path: mount.target,
    ...(options.includes('ro') ? { readonly: 'true' } : {}),
    ...(options.includes('rbind') ? { recursive: 'true' } : {}),
  };
}

function freeName(devices: Part['devices'], given: Part['devices'], { path = '' }: Device): string {
  const name = `lockstep-${path.split('/').filter(Boolean).join('-')}`;
  const taken = (one: string) => devices[one] !== undefined || given[one] !== undefined;
  for (let n = 1; ; n++) {
    const one = n === 1 ? name : `${name}-${n}`;
    if (!taken(one)) return one;
  }
}

/** What a device that goes has besides, and no line of LXC's could say. */
export function lostOptions(instance: Kept, wanted: Part): string[] {
  const SAID = new Set(['type', 'source', 'path', 'readonly', 'recursive', 'optional', 'required']);
  const left = effectiveDevices({ ...instance, ...wanted });
  return Object.entries(effectiveDevices(instance))
    .filter(([name]) => left[name] === undefined)
    .flatMap(([name, device]) =>
      Object.entries(device)
        .filter(([key]) => !SAID.has(key))
        .map(([key, value]) => `device ${name} has ${key}: ${value}`),
    );
}

/** `- …` goes, `+ …` comes, as `lxc config show` has them. */
export function differenceOf(instance: Kept, wanted: Part): string[] {
  const [before, after] = [linesOf(instance), linesOf(wanted)];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

function linesOf({ config, devices }: Part): string[] {
  const keys = Object.keys(config).filter((key) => !key.startsWith('volatile.') && !key.startsWith('user.'));
  const values = keys.toSorted().flatMap((key) =>
    (config[key] ?? '')
      .trim()
      .split('\n')
      .map((line) => `config ${key}: ${line}`),
  );
  const named = Object.keys(devices).toSorted();
  const described = named.map((name) => {
    const parts = Object.entries(devices[name] ?? {}).map(([key, value]) => `${key}: ${value}`);
    return `device ${name}: ${parts.join(', ')}`;
  });
  return [...values, ...described];
}
