/**
 * `node:fs/promises` with the walk's disk and its /proc below it. What changes files passes the
 * gate. Answers come in the next turn, in the order of asking: a thread pool would walk each walk
 * another way.
 */
import type * as RealFiles from 'node:fs/promises';
import { join } from 'node:path';
import { ambient } from './ambient';
import type { Ambient } from './ambient';
import { noSpace, realFs } from './disk';

type Files = typeof RealFiles;
type Sync = typeof realFs;
const real = jest.requireActual<Files>('node:fs/promises');

/** A box that has nothing else to do. */
const QUIET: Readonly<Record<string, string>> = {
  '/proc/pressure/cpu': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 900 kB\n',
};

const worldOf = (path: unknown): Ambient | null => {
  const world = ambient();
  return world && world.gate.state() !== 'none' && (world.disk.owns(path) || String(path).startsWith('/proc')) ? world : null;
};

function soon<T>({ time }: Ambient, act: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      time.stir();
      try {
        resolve(act());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** What a locker's init has mounted is looked up as the directory that it came from. */
function within(world: Ambient, path: string): string {
  const [, pid, place] = /^\/proc\/(\d+)\/root\/(code|Config)$/.exec(path) ?? [];
  const folder = pid === undefined ? null : world.lockers.folderOf(Number(pid));
  return folder === null || place === undefined ? path : join(folder, place.toLowerCase());
}

function read(_: Ambient, path: string, options: Parameters<Sync['readFileSync']>[1]): unknown {
  return QUIET[path] ?? realFs.readFileSync(path, options);
}

/** No process but the lockers': whose mounts garbage spares is another test's question. */
const list = (path: string): string[] => (path === '/proc' ? [] : realFs.readdirSync(path));

const looks = <K extends 'stat' | 'readlink' | 'readFile' | 'readdir' | 'realpath'>(
  name: K,
  act: (world: Ambient, path: string, options: never) => unknown,
): Files[K] =>
  ((path: string, options: never) => {
    const world = worldOf(path);
    return world ? soon(world, () => act(world, path, options)) : (real[name] as (...args: unknown[]) => unknown)(path, options);
  }) as Files[K];

const changes = <K extends 'rename' | 'symlink' | 'rm' | 'mkdir' | 'writeFile' | 'appendFile'>(
  name: K,
  act: (world: Ambient, ...args: never[]) => unknown,
): Files[K] =>
  ((...args: never[]) => {
    const world = worldOf(args[0]) ?? worldOf(args[1]);
    if (!world) return (real[name] as (...args: unknown[]) => unknown)(...args);
    return world.gate.pass(() => soon(world, () => act(world, ...args)));
  }) as Files[K];

function rename({ lockers }: Ambient, from: string, to: string): void {
  const locker = /\/lockers\/([^/]+)\/current$/.exec(to)?.[1];
  if (locker !== undefined) lockers.switched(locker, Number(/(\d+)$/.exec(realFs.readlinkSync(from))?.[1]));
  realFs.renameSync(from, to);
}

const withRoom =
  (act: (path: string, text: string, options: never) => void) =>
  ({ disk }: Ambient, path: string, text: string, options: never): void => {
    if (disk.take(text.length) < text.length) throw noSpace();
    act(path, text, options);
  };

/** A folder is opened to be synced; the power goes off in the journal only. */
function open(path: string, flags: string, mode: number): unknown {
  const world = worldOf(path);
  if (!world || flags !== 'r') return real.open(path, flags, mode);
  return soon(world, () => ({ sync: () => soon(world, () => {}), close: () => soon(world, () => {}) }));
}

export const fakeFsPromises = () => ({
  ...real,
  open,
  rename: changes('rename', rename),
  symlink: changes('symlink', (_, to: string, path: string) => realFs.symlinkSync(to, path)),
  rm: changes('rm', (_, path: string, options: never) => realFs.rmSync(path, options)),
  mkdir: changes('mkdir', (_, path: string, options: never) => realFs.mkdirSync(path, options)),
  writeFile: changes('writeFile', withRoom(realFs.writeFileSync)),
  appendFile: changes('appendFile', withRoom(realFs.appendFileSync)),
  stat: looks('stat', (world, path, options) => realFs.statSync(within(world, path), options)),
  readlink: looks('readlink', (_, path) => realFs.readlinkSync(path)),
  readdir: looks('readdir', (_, path) => list(path)),
  readFile: looks('readFile', read),
  realpath: looks('realpath', (_, path) => realFs.realpathSync(path)),
});
