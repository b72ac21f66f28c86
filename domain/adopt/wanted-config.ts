/**
 * The LXC config that an old locker needs, made from the one it has by the fewest lines: what must go
 * is taken out of its own file, what must come is put at the end. Includes and fstab belong to others
 * too and stay as they are; what they bring is overridden. Pure.
 */
import type { AdoptProblem } from './adoption';
import { haltSignal } from './halt-signal';
import { allOf, lastOf, settingsIn } from './lxc-config';
import type { LxcSetting, LxcSource } from './lxc-config';
import { mountsOf, rootfsOf } from './mounts';
import type { Mount } from './mounts';
import { movePaths } from './move-paths';
import { wantedMounts } from './wanted-mounts';
import type { MountFacts } from './wanted-mounts';

export interface ConfigFacts extends Omit<MountFacts, 'mounts' | 'rootfs'> {
  readonly source: LxcSource;
  /** See HaltFacts. */
  readonly handled: readonly number[] | null;
  readonly ends: readonly number[] | null;
}

export interface WantedConfig {
  readonly text: string;
  readonly difference: readonly string[];
  readonly notes: readonly string[];
  readonly problems: readonly AdoptProblem[];
}

/** Beside the config itself: its original, byte by byte. */
export const ORIGINAL = 'config.before-lockstep';
const MARK = `# lockstep adopt-box: the config as it was is ${ORIGINAL} beside this file; \`adopt-box --undo\` puts it back.`;

interface Edit {
  /** Settings that count no longer. */
  readonly drop: readonly LxcSetting[];
  readonly add: readonly string[];
}

export function wantedConfig(facts: ConfigFacts): WantedConfig {
  const { source } = facts;
  const settings = settingsIn(source);
  const mounts = mountsOf(source, settings);
  const wanted = wantedMounts({ ...facts, mounts, rootfs: rootfsOf(settings) });
  const halt = haltSignal({ set: lastOf(settings, 'lxc.signal.halt')?.value ?? null, handled: facts.handled, ends: facts.ends });
  const paths = movePaths(settings, wanted.moved);
  const edits: Edit[] = [
    halt.kind === 'set' ? replaced(settings, 'lxc.signal.halt', halt.signal) : NO_EDIT,
    lastOf(settings, 'lxc.start.auto')?.value === '1' ? replaced(settings, 'lxc.start.auto', '0') : NO_EDIT,
    paths,
    mountEdit(mounts, wanted.removed, wanted.lines),
  ];
  return {
    ...written(source, edits),
    notes: hooksOf(settings),
    problems: [...wanted.problems, ...paths.problems, ...(halt.kind === 'none' ? [halt.problem] : [])],
  };
}

const NO_EDIT: Edit = { drop: [], add: [] };

function replaced(settings: readonly LxcSetting[], key: string, value: string): Edit {
  return { drop: settings.filter((setting) => setting.key === key), add: [`${key} = ${value}`] };
}

const inFstab = (mount: Mount): boolean => mount.from.key === 'lxc.mount.fstab';

/** An include's mounts can only be cleared all at once: then those that stay are said again. */
function mountEdit(mounts: readonly Mount[], removed: readonly Mount[], lines: readonly string[]): Edit {
  const stays = mounts.filter((mount) => !removed.includes(mount));
  const clearFstab = removed.some(inFstab);
  const clearEntries = removed.some((mount) => !inFstab(mount) && mount.from.line === null);
  const again = stays.filter((mount) => (inFstab(mount) ? clearFstab : clearEntries));
  return {
    drop: [...removed, ...again].map(({ from }) => from),
    add: [
      // An empty value is refused for this key; a file without entries is not.
      ...(clearFstab ? ['lxc.mount.fstab = /dev/null'] : []),
      ...(clearEntries ? ['lxc.mount.entry ='] : []),
      ...again.map(({ text }) => `lxc.mount.entry = ${text}`),
      ...lines,
    ],
  };
}

function written({ text }: LxcSource, edits: readonly Edit[]): { text: string; difference: string[] } {
  const drop = [...new Set(edits.flatMap((edit) => edit.drop))];
  const add = edits.flatMap((edit) => edit.add);
  const own = new Set(drop.flatMap(({ line }) => line ?? []));
  const lines = text.split('\n');
  const kept = lines.filter((_, index) => !own.has(index)).join('\n');
  return { text: `${kept.replace(/\n*$/, '\n')}\n${[MARK, ...add].join('\n')}\n`, difference: differenceOf(drop, add) };
}

/** For people: what is only said again is no difference. */
function differenceOf(drop: readonly LxcSetting[], add: readonly string[]): string[] {
  const gone = drop.map((setting) => ({ ...setting, text: `${setting.key} = ${setting.value}` }));
  const minus = gone
    .filter(({ text }) => !add.includes(text))
    .map(({ text, file, line }) => `- ${text}${line === null ? `   (of ${file}, which stays)` : ''}`);
  const plus = add
    .filter((line) => !gone.some(({ text }) => text === line))
    .map((line) => `+ ${line}${line.endsWith('=') ? '   (clears those of the includes; the others are said again)' : ''}`);
  return [...minus, ...plus];
}

/** Scripts that LXC runs before the locker's own start may mount things that no config names. */
function hooksOf(settings: readonly LxcSetting[]): string[] {
  const hooks = ['lxc.hook.pre-start', 'lxc.hook.pre-mount', 'lxc.hook.mount'].flatMap((key) => allOf(settings, key));
  return hooks.map(({ key, value, file }) => `${file}: ${key} = ${value}: what it mounts is not known here`);
}
