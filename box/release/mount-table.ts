/** /proc/<pid>/mountinfo: which part of which filesystem is mounted where. */
import { readFile, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A folder of a filesystem, said in a way that is the same in every mount namespace. */
export interface Place {
  /** `major:minor` as mountinfo has it; stat's is another one on btrfs. */
  readonly device: string;
  /** From the root of that filesystem, wherever that is mounted. */
  readonly within: string;
}

export interface Mount extends Place {
  readonly point: string;
}

/** `id parent major:minor within point …`; a space in a path is written `\040`. */
export function mountsIn(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, , device, within, point] = line.split(' ');
    if (device === undefined || within === undefined || point === undefined) return [];
    return [{ device, within: unescaped(within), point: unescaped(point) }];
  });
}

const unescaped = (path: string): string =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

export const isBelow = (mount: Place, place: Place): boolean =>
  mount.device === place.device && (mount.within === place.within || mount.within.startsWith(join(place.within, '/')));

/** What is not there is nowhere: nothing of it can be mounted. */
export async function placeOf(folder: string): Promise<Place> {
  const path = await realpath(folder).catch(() => null);
  if (path === null) return NOWHERE;
  const mounts = mountsIn(await readFile('/proc/self/mountinfo', 'utf8'));
  const holding = mounts.filter(({ point }) => join(path, '/').startsWith(join(point, '/')));
  // The longest, and of equal ones the last: it lies on top.
  const mount = holding.reduce((best, one) => (one.point.length >= best.point.length ? one : best), NOWHERE);
  return { device: mount.device, within: join(mount.within, relative(mount.point, path)) };
}

const NOWHERE: Mount = { device: '', within: '', point: '' };
