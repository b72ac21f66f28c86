/**
 * Where code, config and data of the old lockers are on the box: as told by flags, else as their mounts
 * say, else where the old habit has them round the checkout, else where what runs in them has them (see-servers.ts).
 * What is found is shown before it is used.
 */
import { realpath, stat } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AdoptProblem, AdoptRequest } from '../../domain/adopt/adoption';
import type { FoundServer } from '../../domain/adopt/found-server';
import { settingsIn } from '../../domain/adopt/lxc-config';
import type { LxcSource } from '../../domain/adopt/lxc-config';
import { mountsOf, rootfsOf } from '../../domain/adopt/mounts';
import type { Mount } from '../../domain/adopt/mounts';
import { templateOf } from '../../domain/adopt/on-box';
import { FLAGS } from '../../domain/adopt/wanted-mounts';
import type { Folders, Place } from '../../domain/adopt/wanted-mounts';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import { TARGETS, targetsOf } from '../../domain/model/targets';

export interface OldLocker {
  readonly name: LockerName;
  readonly source: LxcSource;
}
type Asked = Pick<AdoptRequest, 'code' | 'me' | 'config' | 'service'>;

export const realOr = (path: string): Promise<string> => realpath(path).catch(() => path);

export const mountsOfLocker = ({ source }: OldLocker): Mount[] => mountsOf(source, settingsIn(source));

/** Of the lockers that run. */
export type Servers = readonly FoundServer[];

/** The one tree that all of them run; with {locker} where each has it at a place of its own. Throws BoxUnfit. */
export async function findCode(lockers: readonly OldLocker[], asked: Asked, servers: Servers): Promise<string> {
  if (asked.code !== null) return treeAt(asked.code);
  const found = await Promise.all(lockers.map(async (locker) => new Set(await checkoutsOf(locker))));
  const [first = new Set<string>(), ...others] = found;
  const shared = [...first].filter((tree) => others.every((trees) => trees.has(tree)));
  if (shared.length === 1) return shared[0] ?? '';
  const run = templatesOf(servers, 'code');
  if (run.length === 1) return treeAt(run[0] ?? '');
  const what =
    run.length > 1
      ? 'The lockers run code of several places'
      : shared.length === 0
        ? 'No git checkout is mounted in all lockers'
        : 'Several git checkouts are mounted in all lockers';
  throw new Fault('BoxUnfit', `${what}, so the old code was not found.`, {
    evidence: [
      ...(shared.length > 0 ? shared : lockers.slice(0, 3).flatMap((locker) => [`${locker.name}:`, ...bindSources(locker)])),
      ...servers.slice(0, 6).map(runs),
    ],
    cure: 'Name it: --code DIR. Where lockers have checkouts of their own, adopt them apart, with --only.',
  });
}

const treeAt = async (place: string): Promise<string> => (place.includes('{locker}') ? place : realOr(place));

/** With the locker's name taken out; one where all have it alike. */
const templatesOf = (servers: Servers, place: Place): string[] => [
  ...new Set(servers.flatMap((server) => (server[place] === null ? [] : [templateOf(server[place].on, server.name)]))),
];

const runs = ({ name, command, port, listens, code }: FoundServer): string =>
  port === null
    ? `${name}: it is not clear who is meant: its processes listen on ${listens.join(', ') || 'no port'}`
    : `${name}: on port ${port} listens ${command.slice(0, 100)}${code === null ? ', which names no code of its own' : `, from ${code.on}`}`;

const OF_THE_KERNEL = /^\/(?:sys|proc|dev)(?:\/|$)/;
const bindSources = (locker: OldLocker): string[] =>
  mountsOfLocker(locker).flatMap(({ bind, source }) => (bind && !OF_THE_KERNEL.test(source) ? [source] : []));

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

export interface Finding<L extends OldLocker> {
  readonly lockers: readonly L[];
  /** As findCode has it. */
  readonly code: string;
  readonly asked: Asked;
  readonly servers: Servers;
}

/** For each its own three; a habit counts only where all lockers have it. */
export async function findPlaces<L extends OldLocker>({ lockers, code, asked, servers }: Finding<L>): Promise<FoundPlaces<L>[]> {
  const targets = targetsOf(asked.service);
  const habits = {
    me: await habitOf(lockers, HABITS.me(code)),
    config: await habitOf(lockers, HABITS.config(code)),
  };
  const from = (place: 'me' | 'config', locker: OldLocker): From => ({
    asked: asked[place],
    target: targets[place],
    otherwise: habits[place] ?? servedAt(servers, place, locker) ?? HABITS[place](code)[0] ?? '',
  });
  return Promise.all(
    lockers.map(async (locker) => {
      const folders = {
        code: await realOr(filled(code, locker)),
        me: await placeOf(locker, from('me', locker)),
        config: await placeOf(locker, from('config', locker)),
      };
      const missing = (['me', 'config'] as const).map(async (place) =>
        (await isFolder(folders[place])) ? [] : [notThere(place, folders)],
      );
      return { locker, folders, problems: (await Promise.all(missing)).flat() };
    }),
  );
}

async function habitOf(lockers: readonly OldLocker[], habits: readonly string[]): Promise<string | null> {
  for (const habit of habits) {
    const there = await Promise.all(lockers.map((locker) => isFolder(filled(habit, locker))));
    if (there.every(Boolean)) return habit;
  }
  return null;
}

/** One that does not run is as the others are, where they are all alike. */
function servedAt(servers: Servers, place: 'me' | 'config', { name }: OldLocker): string | null {
  const own = servers.find((server) => server.name === name)?.[place]?.on;
  const [only, ...others] = templatesOf(servers, place);
  return own ?? (others.length === 0 ? (only ?? null) : null);
}

interface From {
  readonly asked: string | null;
  readonly target: string;
  readonly otherwise: string;
}

async function placeOf(locker: OldLocker, { asked, target, otherwise }: From): Promise<string> {
  if (asked !== null) return realOr(filled(asked, locker));
  const mounted = mountsOfLocker(locker).findLast((mount) => mount.bind && mount.target === target);
  return realOr(mounted?.source ?? (await inRoot(locker, target)) ?? filled(otherwise, locker));
}

/** A place that the service names may be a folder of the root file system itself; one that every locker has is none. */
async function inRoot({ source }: OldLocker, target: string): Promise<string | null> {
  const rootfs = rootfsOf(settingsIn(source));
  if (rootfs === null || Object.values(TARGETS).includes(target)) return null;
  const folder = join(rootfs, target);
  return (await isFolder(folder)) ? folder : null;
}

function notThere(place: 'me' | 'config', folders: Folders): AdoptProblem {
  const what = place === 'me' ? 'its data' : 'its config';
  return {
    code: 'place-missing',
    detail: `${what} is not found: ${folders[place]} is no folder`,
    cure: `Say where ${what} is on the box, with {locker} for the name: ${FLAGS[place]} '/srv/lockers/{locker}/…'.`,
  };
}
