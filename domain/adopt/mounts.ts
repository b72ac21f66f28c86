/** The mounts of a container in the order in which LXC makes them: those of its fstab, then its entries. Pure. */
import { below, plain } from './below';
import { allOf, lastOf } from './lxc-config';
import type { LxcSetting, LxcSource } from './lxc-config';

export interface Mount {
  /** As written; of a bind mount a path of the box. */
  readonly source: string;
  /** As the locker sees it. null: LXC ignores this entry, as it does with an absolute one outside the rootfs. */
  readonly target: string | null;
  readonly bind: boolean;
  readonly options: string;
  /** As written, without its key. */
  readonly text: string;
  readonly from: LxcSetting;
}

export function mountsOf(source: LxcSource, settings: readonly LxcSetting[]): Mount[] {
  const rootfs = rootfsOf(settings);
  const fstab = lastOf(settings, 'lxc.mount.fstab');
  const lines = fstab === null ? [] : (source.fstabs[fstab.value] ?? '').split('\n');
  const inFstab = lines.filter((line) => !/^\s*(#|$)/.test(line)).map((text) => mountOf(text, fstab as LxcSetting, rootfs));
  return [...inFstab, ...allOf(settings, 'lxc.mount.entry').map((from) => mountOf(from.value, from, rootfs))];
}

/** The folder that is the locker's root; null: not one folder (an overlay, a disk). */
export function rootfsOf(settings: readonly LxcSetting[]): string | null {
  const path = lastOf(settings, 'lxc.rootfs.path')?.value.replace(/^dir:/, '') ?? '';
  return path.startsWith('/') ? plain(path) : null;
}

function mountOf(text: string, from: LxcSetting, rootfs: string | null): Mount {
  const [source = '', target = '', , options = ''] = text.trim().split(/\s+/);
  const bind = options.split(',').some((option) => option === 'bind' || option === 'rbind');
  return { source: unescaped(source), target: targetOf(unescaped(target), rootfs), bind, options, text: text.trim(), from };
}

function targetOf(target: string, rootfs: string | null): string | null {
  if (!target.startsWith('/')) return plain(target);
  const rest = rootfs === null ? null : below(rootfs, plain(target));
  return rest === null ? null : plain(rest);
}

/** As in fstab(5): a space is `\040`. */
const unescaped = (path: string): string =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const escaped = (path: string): string =>
  path.replaceAll(/[\s\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** A line that binds a path of the box to a place in the locker. */
export function bindLine(source: string, target: string, options: string): string {
  return `lxc.mount.entry = ${escaped(source)} ${escaped(target.slice(1))} none bind,${options} 0 0`;
}
