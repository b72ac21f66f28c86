/**
 * Where a server has its code, its settings and its data, by what can be seen of it while it runs: its command line,
 * its folder, what it has open for writing, and what its init has written down. Paths are those of its container.
 * A guess is told with its reason and shown before anything is done with it. Pure.
 */
import { within } from './below';
import type { Place } from './wanted-mounts';
import type { ServicePaths } from './service-words';

export interface SeenPath {
  /** Links followed. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** The folder above it (or itself) that is a checkout or holds what describes a package; null: none. */
  readonly tree: string | null;
}

export interface ServerFacts {
  /** What its command line names, in its order; programs of the distribution among it. */
  readonly words: readonly SeenPath[];
  readonly cwd: SeenPath | null;
  /** Of its account. */
  readonly home: string | null;
  /** Files that it has open for writing. */
  readonly written: readonly string[];
  readonly service: ServicePaths;
  /** /etc/<name of the service>, where it is a folder. */
  readonly etc: string | null;
  /** Settings by the service's words, as they are there. */
  readonly settings: readonly SeenPath[];
  /** Targets of the container's own bind mounts. */
  readonly mounts: readonly string[];
}

export interface Guess {
  readonly path: string;
  readonly because: string;
}
export type Guesses = Readonly<Record<Place, Guess | null>>;

export function placesOf(facts: ServerFacts): Guesses {
  const code = first(codeOf(facts));
  const config = first(configOf(facts).filter(({ path }) => isOwn(path) && !(code && within(code.path, path))));
  const taken = [code, config].flatMap((place) => place?.path ?? []);
  const free = ({ path }: Guess) => isOwn(path) && !taken.some((one) => within(one, path) || within(path, one));
  return { code, config, me: first(dataOf(facts).filter(free)) };
}

const first = (guesses: readonly Guess[]): Guess | null => guesses[0] ?? null;

const COMMAND_LINE = 'its command line names it';
const WORKING = 'it works in it';

function codeOf({ words, cwd, mounts }: ServerFacts): Guess[] {
  const named = words.flatMap((word) => {
    if (word.kind === 'folder' && word.tree !== word.path) return [];
    const path = word.tree ?? mountOver(mounts, word.path) ?? ownFolderOf(word);
    return path === null || isShared(path) ? [] : [{ path, because: COMMAND_LINE }];
  });
  return [...named, ...(cwd?.tree ? [{ path: cwd.tree, because: WORKING }] : [])];
}

const mountOver = (mounts: readonly string[], path: string): string | null =>
  mounts.filter((target) => !isSettings(target) && within(target, path)).toSorted((a, b) => b.length - a.length)[0] ?? null;

/** A program below these was put there by somebody; elsewhere by the distribution. */
const BY_HAND = ['/opt', '/srv', '/app', '/home'];
const ownFolderOf = ({ path, kind }: SeenPath): string | null =>
  kind === 'file' && BY_HAND.some((folder) => within(folder, path)) ? folderOf(path) : null;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
const isSettings = (path: string): boolean => within('/etc', path);
const SETTINGS_FILE = /\.(?:ya?ml|json|toml|conf|cfg|ini|env|properties)$/;

const asFolder = ({ path, kind }: SeenPath): string => (kind === 'file' ? folderOf(path) : path);

function configOf({ words, settings, etc }: ServerFacts): Guess[] {
  const named = words.filter(
    ({ path, kind, tree }) => isSettings(path) || (kind === 'file' && tree === null && SETTINGS_FILE.test(path)),
  );
  return [
    ...named.map((word) => ({ path: asFolder(word), because: COMMAND_LINE })),
    ...settings.map((seen) => ({ path: asFolder(seen), because: 'its service names it' })),
    ...(etc === null ? [] : [{ path: etc, because: 'it has the name of its service' }]),
  ];
}

const paths = (found: readonly string[], because: string): Guess[] => found.map((path) => ({ path, because }));

function dataOf({ words, cwd, home, written, service, mounts }: ServerFacts): Guess[] {
  const named = words.filter(({ kind, path }) => kind === 'folder' && !isSettings(path));
  return [
    ...paths(
      named.map(({ path }) => path),
      COMMAND_LINE,
    ),
    ...paths(service.state, 'its service names it'),
    ...paths(
      mounts.filter((target) => written.some((file) => within(target, file))),
      'it writes to this mount',
    ),
    ...paths(home !== null && written.some((file) => within(home, file)) ? [home] : [], 'it writes to the home of its account'),
    ...paths(written.map(folderOf), 'it writes to it'),
    ...paths(
      [service.workingDirectory, cwd?.path].flatMap((path) => path ?? []),
      WORKING,
    ),
    ...paths(home === null ? [] : [home], 'it is the home of its account'),
  ];
}

/** Of others too, of the kernel, or of one life only. */
const SHARED = [
  '/',
  '/etc',
  '/etc/default',
  '/etc/conf.d',
  '/etc/sysconfig',
  '/etc/init.d',
  '/home',
  '/opt',
  '/srv',
  '/var',
  '/var/lib',
  '/root',
  '/nonexistent',
  '/usr',
  '/usr/local',
];
const NOBODYS = [
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/tmp',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
  '/usr/share',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/var/log',
  '/var/tmp',
  '/var/cache',
  '/var/run',
];
const isShared = (path: string): boolean => SHARED.includes(path) || NOBODYS.some((folder) => within(folder, path));
const isOwn = (path: string): boolean => !isShared(path);
