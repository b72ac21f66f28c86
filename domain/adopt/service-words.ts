/**
 * What an init has written down of a service: the systemd unit that a process belongs to by its cgroup, the paths
 * that the unit names, and the script of /etc/init.d that starts it where there is no systemd. Pure.
 */

/** Of cgroup v2, and of systemd's own hierarchy beside v1. */
const isSystemds = ([, controllers = '']: readonly string[]): boolean => controllers === '' || controllers === 'name=systemd';

/** `system.slice/registry.service` of any hierarchy, also below LXC's own folders; null: it belongs to none of the system's. */
export function unitIn(cgroup: string): string | null {
  const lines = cgroup.split('\n').map((line) => line.split(':'));
  for (const [, , ...path] of lines.filter(isSystemds)) {
    const parts = path.join(':').split('/');
    // A user's own services are known to systemd under another roof.
    if (parts.some((part) => part.startsWith('user@'))) return null;
    const found = parts.findLast((part) => part.endsWith('.service'));
    if (found !== undefined) return unescaped(found);
  }
  return null;
}

/** systemd puts an underscore before a name that the kernel means something by. */
const unescaped = (name: string): string => name.replace(/^_(?=.*\.service$)/, '');

export interface ServicePaths {
  readonly workingDirectory: string | null;
  /** Files and folders that it names as its settings. */
  readonly settings: readonly string[];
  /** Folders that it names as its data. */
  readonly state: readonly string[];
}

export const NO_PATHS: ServicePaths = { workingDirectory: null, settings: [], state: [] };

/** Of a unit and its drop-ins, in the order in which systemd reads them. */
export function pathsInUnit(text: string): ServicePaths {
  const words = (key: string): string[] => valuesOf(text, key).flatMap((value) => value.split(/\s+/).filter(known));
  const named = (key: string, below: string): string[] => words(key).map((name) => `${below}/${name.replace(/:.*$/, '')}`);
  const [workingDirectory = null] = words('WorkingDirectory')
    .map((path) => path.replace(/^-/, ''))
    .filter(absolute)
    .toReversed();
  return {
    workingDirectory,
    settings: [
      ...words('EnvironmentFile')
        .map((path) => path.replace(/^-/, ''))
        .filter(absolute),
      ...named('ConfigurationDirectory', '/etc'),
    ],
    state: named('StateDirectory', '/var/lib'),
  };
}

const absolute = (path: string): boolean => path.startsWith('/');
/** A word with a specifier means what only systemd knows. */
const known = (word: string): boolean => word !== '' && !word.includes('%');

/** An empty one clears those before it. */
function valuesOf(text: string, key: string): string[] {
  const found = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => new RegExp(`^\\s*${key}\\s*=\\s*(.*?)\\s*$`).exec(line)?.[1] ?? []);
  return found.slice(found.lastIndexOf('') + 1);
}

/** The one script that names what runs: the name of the service. null: none, or several. */
export function scriptOf(scripts: Readonly<Record<string, string>>, words: readonly string[]): string | null {
  const paths = words.filter((word) => absolute(word) && word !== '/');
  const naming = (path: string) => Object.keys(scripts).filter((name) => hasWord(scripts[name] ?? '', path));
  for (const path of paths.toReversed()) {
    const [only, ...others] = naming(path);
    if (only !== undefined && others.length === 0) return only;
  }
  return null;
}

const hasWord = (text: string, path: string): boolean =>
  text.split('\n').some((line) => !/^\s*#/.test(line) && line.split(/[\s"'=;]+/).includes(path));

/** What a script reads before it starts anything: `. /etc/registry/env`. */
export function pathsInScript(text: string): ServicePaths {
  const sourced = [...text.matchAll(/(?:^|[\s;&])(?:\.|source)\s+"?(\/etc\/[^\s";)]+)/gm)].flatMap(([, path]) => path ?? []);
  return { workingDirectory: null, settings: [...new Set(sourced)], state: [] };
}
