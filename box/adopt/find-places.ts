/**
 * Where code, config and data of the old lockers are on the box: as told by flags, else as their mounts
 * say, else where the old habit has them round the checkout. What is found is shown before it is used.
 */
import { realpath, stat } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AdoptProblem, AdoptRequest } from '../../domain/adopt/adoption';
import { settingsIn } from '../../domain/adopt/lxc-config';
import type { LxcSource } from '../../domain/adopt/lxc-config';
import { mountsOf } from '../../domain/adopt/mounts';
import type { Mount } from '../../domain/adopt/mounts';
import { FLAGS, TARGETS } from '../../domain/adopt/wanted-mounts';
import type { Folders } from '../../domain/adopt/wanted-mounts';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';

export interface OldLocker {
  readonly name: LockerName;
  readonly source: LxcSource;
}
type Asked = Pick<AdoptRequest, 'code' | 'me' | 'config'>;

export const realOr = (path: string): Promise<string> => realpath(path).catch(() => path);

export const mountsOfLocker = ({ source }: OldLocker): Mount[] => mountsOf(source, settingsIn(source));

/** The one checkout that all of them see. Throws BoxUnfit. */
export async function findCode(lockers: readonly OldLocker[], asked: Asked): Promise<string> {
  if (asked.code !== null) return realOr(asked.code);
  const found = await Promise.all(lockers.map(async (locker) => new Set(await checkoutsOf(locker))));
  const [first = new Set<string>(), ...others] = found;
  const shared = [...first].filter((tree) => others.every((trees) => trees.has(tree)));
  if (shared.length === 1) return shared[0] ?? '';
  const what =
    shared.length === 0 ? 'No git checkout is mounted in all lockers' : 'Several git checkouts are mounted in all lockers';
  throw new Fault('BoxUnfit', `${what}, so the old code was not found.`, {
    evidence: shared.length > 0 ? shared : lockers.slice(0, 3).flatMap((locker) => [`${locker.name}:`, ...bindSources(locker)]),
    cure: 'Name it: --code DIR. Where lockers have checkouts of their own, adopt them apart, with --only.',
  });
}

const bindSources = (locker: OldLocker): string[] => mountsOfLocker(locker).flatMap(({ bind, source }) => (bind ? [source] : []));

/** A mounted folder may lie in a checkout, be one, or hold one. */
async function checkoutsOf(locker: OldLocker): Promise<string[]> {
  const sources = await Promise.all(bindSources(locker).map(realOr));
  const found = await Promise.all(
    [...new Set(sources)].map(async (source) => [...(await above(source)), ...(await inside(source))]),
  );
  return found.flat();
}

async function above(path: string): Promise<string[]> {
  if (await isThere(join(path, '.git'))) return [path];
  return path === '/' || path === dirname(path) ? [] : above(dirname(path));
}

async function inside(path: string): Promise<string[]> {
  const names = await readdir(path).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => ((await isThere(join(path, name, '.git'))) ? [join(path, name)] : [])),
  );
  return found.flat();
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (seen) => seen.isDirectory(),
    () => false,
  );

const HABITS = {
  me: (code: string) => [join(code, 'Me/{locker}'), join(dirname(code), 'Me/{locker}'), join(dirname(code), '{locker}/Me')],
  config: (code: string) => [
    join(code, 'Config/{locker}'),
    join(dirname(code), 'Config/{locker}'),
    join(dirname(code), '{locker}/Config'),
    join(code, 'Config'),
    join(dirname(code), 'Config'),
  ],
} as const;

export interface FoundPlaces<L extends OldLocker> {
  readonly locker: L;
  readonly folders: Folders;
  readonly problems: readonly AdoptProblem[];
}

const filled = (template: string, { name }: OldLocker): string => template.replaceAll('{locker}', name);

/** For each its own three; a habit counts only where all lockers have it. */
export async function findPlaces<L extends OldLocker>(
  lockers: readonly L[],
  code: string,
  asked: Asked,
): Promise<FoundPlaces<L>[]> {
  const me = await habitOf(lockers, asked.me, HABITS.me(code));
  const config = await habitOf(lockers, asked.config, HABITS.config(code));
  return Promise.all(
    lockers.map(async (locker) => {
      const folders = {
        code,
        me: await placeOf(locker, { asked: asked.me, target: TARGETS.me, habit: me }),
        config: await placeOf(locker, { asked: asked.config, target: TARGETS.config, habit: config }),
      };
      const missing = (['me', 'config'] as const).map(async (place) =>
        (await isFolder(folders[place])) ? [] : [notThere(place, folders)],
      );
      return { locker, folders, problems: (await Promise.all(missing)).flat() };
    }),
  );
}

async function habitOf(lockers: readonly OldLocker[], asked: string | null, habits: readonly string[]): Promise<string> {
  if (asked !== null) return asked;
  for (const habit of habits) {
    const there = await Promise.all(lockers.map((locker) => isFolder(filled(habit, locker))));
    if (there.every(Boolean)) return habit;
  }
  return habits[0] ?? '';
}

async function placeOf(locker: OldLocker, from: { asked: string | null; target: string; habit: string }): Promise<string> {
  const mounted =
    from.asked === null ? mountsOfLocker(locker).findLast(({ bind, target }) => bind && target === from.target) : undefined;
  return realOr(mounted?.source ?? filled(from.habit, locker));
}

function notThere(place: 'me' | 'config', folders: Folders): AdoptProblem {
  const what = place === 'me' ? 'its data' : 'its config';
  return {
    code: 'place-missing',
    detail: `${what} is not found: ${folders[place]} is no folder`,
    cure: `Say where ${what} is on the box, with {locker} for the name: ${FLAGS[place]} '/srv/lockers/{locker}/…'.`,
  };
}
