/**
 * An LXC config as LXC reads it: `key = value` lines, includes taken in where they stand. What is read
 * last wins for most keys; lists keep all; an empty value clears what came before. Each setting knows the
 * line it came from, since only a locker's own file may be changed: an include belongs to others too.
 */
export interface LxcSource {
  /** The locker's own config. */
  readonly file: string;
  readonly text: string;
  /** Value of an `lxc.include` → what it names: one file, or those of a folder. */
  readonly includes: Readonly<Record<string, readonly LxcText[]>>;
  /** Value of `lxc.mount.fstab` → its text. */
  readonly fstabs: Readonly<Record<string, string>>;
}

export interface LxcText {
  readonly file: string;
  readonly text: string;
}

export interface LxcSetting {
  readonly key: string;
  readonly value: string;
  readonly file: string;
  /** In the locker's own file, from 0; null: in a file that is included. */
  readonly line: number | null;
}

/** An include that includes itself must not hang anybody. */
const MAX_DEPTH = 8;

export function settingsIn(source: LxcSource): LxcSetting[] {
  return settingsOf(source, { source, depth: 0 });
}

function settingsOf({ file, text }: LxcText, at: { source: LxcSource; depth: number }): LxcSetting[] {
  return text.split('\n').flatMap((words, index) => {
    const setting = settingOf(words);
    if (setting === null) return [];
    const { key, value } = setting;
    if (key !== 'lxc.include') return [{ key, value, file, line: at.depth === 0 ? index : null }];
    const included = at.depth < MAX_DEPTH ? (at.source.includes[value] ?? []) : [];
    return included.flatMap((one) => settingsOf(one, { ...at, depth: at.depth + 1 }));
  });
}

/** LXC takes one pair of quotes off. */
function settingOf(line: string): { key: string; value: string } | null {
  const [, key, value] = /^\s*([a-z0-9._]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
  if (key === undefined || value === undefined) return null;
  return { key, value: value.replace(/^(["'])(.*)\1$/, '$2') };
}

/** Of a list, such as lxc.mount.entry: all that count. */
export function allOf(settings: readonly LxcSetting[], key: string): LxcSetting[] {
  const found = settings.filter((setting) => setting.key === key);
  return found.slice(found.findLastIndex(({ value }) => value === '') + 1);
}

export const lastOf = (settings: readonly LxcSetting[], key: string): LxcSetting | null => allOf(settings, key).at(-1) ?? null;

/** Of what a file names by itself: what its reader has to fetch besides. */
export function namedIn(text: string, key: 'lxc.include' | 'lxc.mount.fstab'): string[] {
  return text.split('\n').flatMap((line) => {
    const setting = settingOf(line);
    return setting?.key === key && setting.value !== '' ? [setting.value] : [];
  });
}
