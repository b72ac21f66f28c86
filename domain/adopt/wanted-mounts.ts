/**
 * From the mounts of an old locker to the wanted ones: code and config from its `current`, read-only,
 * its data alone, each at the place that Lockstep looks for and, where it can be, at its old place as
 * well, so that the old code runs on unchanged. Nothing that held one of the three stays mounted as a
 * whole: a mounted parent would show another owner's data, and a `git pull` in the middle of a life. Pure.
 */
import type { Targets } from '../model/targets';
import type { AdoptProblem } from './adoption';
import { below, joined, plain, within } from './below';
import type { Mount } from './mounts';
import { bindLine } from './mounts';

export type Place = 'code' | 'config' | 'me';
/** Paths on the box. */
export type Folders = Readonly<Record<Place, string>>;

const PLACES: readonly Place[] = ['code', 'config', 'me'];

export interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

export interface MountFacts {
  readonly mounts: readonly Mount[];
  readonly rootfs: string | null;
  /** Where the three are now: real paths. */
  readonly old: Folders;
  /** Where they will be mounted from. */
  readonly wanted: Folders;
  /** Where they will be in the locker. */
  readonly targets: Targets;
  /** Source of a mount as written → its real path. */
  readonly real: Readonly<Record<string, string>>;
  /** Real path of a mounted folder above one of the three → what it holds. */
  readonly entries: Readonly<Record<string, readonly Entry[]>>;
  /** The three of every locker of the box. */
  readonly known: readonly string[];
  readonly rest: 'keep' | 'drop' | null;
}

export interface WantedMounts {
  readonly removed: readonly Mount[];
  readonly lines: readonly string[];
  /** What could not stay visible at its old place. */
  readonly moved: readonly MovedPlace[];
  readonly problems: readonly AdoptProblem[];
}

export interface MovedPlace {
  /** In the locker. */
  readonly from: string;
  readonly to: string;
  /** It is nowhere else: the code finds it at the new place or not at all. */
  readonly only: boolean;
}

export function wantedMounts(facts: MountFacts): WantedMounts {
  const binds = facts.mounts.filter(({ bind, target }) => bind && target !== null);
  const covering = binds.filter((mount) => PLACES.some((place) => within(realOf(facts, mount), facts.old[place])));
  const seen: Seen = new Map(PLACES.map((place) => [place, seenAt(facts, covering, place)]));
  const parts = binds.filter((mount) => !covering.includes(mount)).flatMap((mount) => partOf(facts, mount));
  const { aliases, moved } = oldPlaces(facts, seen);
  const rest = restOf(facts, covering);
  const gone = [...covering, ...parts.map(({ mount }) => mount)];
  const stays = facts.mounts.filter((mount) => !gone.includes(mount));
  return {
    removed: gone,
    lines: [
      bindLine(facts.wanted.code, facts.targets.code, 'ro,create=dir'),
      bindLine(facts.wanted.config, facts.targets.config, 'ro,create=dir'),
      bindLine(facts.wanted.me, facts.targets.me, 'rw,create=dir'),
      ...aliases,
      ...parts.map(({ line }) => line),
      ...rest.lines,
    ],
    moved,
    problems: [
      ...notSeen(facts, seen),
      ...strange(stays, facts.targets, seen),
      // It would hide what is to be there.
      ...strange(
        parts.map(({ mount }) => mount),
        facts.targets,
        new Map(),
      ),
      ...rest.problems,
    ],
  };
}

/** All the places in the locker where it shows. */
type Seen = ReadonlyMap<Place, readonly string[]>;

const realOf = ({ real }: MountFacts, { source }: Mount): string => real[source] ?? plain(source);

function seenAt(facts: MountFacts, covering: readonly Mount[], place: Place): string[] {
  const path = facts.old[place];
  const mounted = covering.flatMap((mount) => {
    const rest = below(realOf(facts, mount), path);
    return rest === null ? [] : [joined(mount.target ?? '/', rest)];
  });
  const inRoot = facts.rootfs === null ? null : below(facts.real[facts.rootfs] ?? facts.rootfs, path);
  return [...new Set(inRoot === null ? mounted : [...mounted, plain(inRoot)])];
}

function notSeen({ old }: MountFacts, seen: Seen): AdoptProblem[] {
  return PLACES.filter((place) => seen.get(place)?.length === 0).map((place) => ({
    code: 'place-not-seen',
    detail: `${old[place]} is in none of its mounts, so it can not be its ${place}`,
    cure: `Name the right folder of the box with ${FLAGS[place]}.`,
  }));
}

export const FLAGS: Readonly<Record<Place, string>> = { code: '--code', config: '--config-files', me: '--me' };

/** A folder within the old code or config that is mounted somewhere by itself comes from `current` too. */
function partOf(facts: MountFacts, mount: Mount): { mount: Mount; line: string }[] {
  const path = realOf(facts, mount);
  if (within(facts.old.me, path)) return [];
  const place = (['config', 'code'] as const).find((one) => within(facts.old[one], path));
  if (place === undefined) return [];
  const source = joined(facts.wanted[place], below(facts.old[place], path) ?? '');
  return [{ mount, line: bindLine(source, mount.target ?? '/', 'ro,create=dir') }];
}

/** Read-only code has no mount points of its own: what lay within it can't stay there, nor what lay where another of the three will be. */
function oldPlaces({ wanted, targets }: MountFacts, seen: Seen): { aliases: string[]; moved: MovedPlace[] } {
  const all = PLACES.flatMap((place) => (seen.get(place) ?? []).map((at) => ({ place, at })));
  const isWithin = ({ place, at }: { place: Place; at: string }) =>
    at === '/' ||
    PLACES.some((other) => other !== place && within(targets[other], at)) ||
    all.some((other) => other.place !== 'me' && other.place !== place && within(other.at, at));
  const stay = all.filter((one) => !isWithin(one));
  const moved = all.filter(isWithin).map(({ place, at }) => {
    return { from: at, to: targets[place], only: !stay.some((other) => other.place === place) };
  });
  // The outer before the inner, or the outer would hide it.
  const inOrder = stay.filter(({ place, at }) => at !== targets[place]).toSorted((a, b) => a.at.length - b.at.length);
  const aliases = inOrder.map(({ place, at }) => bindLine(wanted[place], at, place === 'me' ? 'rw,create=dir' : 'ro,create=dir'));
  return { aliases, moved };
}

function restOf(facts: MountFacts, covering: readonly Mount[]): { lines: string[]; problems: AdoptProblem[] } {
  const above = covering.filter((mount) => !within(facts.old.code, realOf(facts, mount)));
  const found = above.flatMap((mount) => strangersIn(facts, mount).map((entry) => ({ mount, entry })));
  if (found.length === 0 || facts.rest === 'drop') return { lines: [], problems: [] };
  const named = found.map(({ mount, entry }) => joined(realOf(facts, mount), entry.name));
  if (facts.rest === null) return { lines: [], problems: [unknownRest(named)] };
  const lines = found.map(({ mount, entry }, index) => {
    const how = mount.options.split(',').includes('ro') ? 'ro' : 'rw';
    return bindLine(
      named[index] ?? '',
      joined(mount.target ?? '/', entry.name),
      `${how},create=${entry.folder ? 'dir' : 'file'}`,
    );
  });
  return { lines, problems: [] };
}

/** What lies in it and leads to nothing that is known. */
function strangersIn(facts: MountFacts, mount: Mount): readonly Entry[] {
  const folder = realOf(facts, mount);
  return (facts.entries[folder] ?? []).filter(({ name }) => !facts.known.some((place) => within(joined(folder, name), place)));
}

const NAMED = 6;
function unknownRest(paths: readonly string[]): AdoptProblem {
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
  return {
    code: 'unknown-rest',
    detail: `a mounted parent shows it ${paths.slice(0, NAMED).join(', ')}${more} too, and the parent must go`,
    cure: '`--rest keep` mounts each of them by itself as before, `--rest drop` leaves them out.',
  };
}

/** A mount that stays, and lies where one of the three will be. */
function strange(stays: readonly Mount[], targets: Targets, seen: Seen): AdoptProblem[] {
  const places = [...Object.values(targets), ...[...seen.values()].flat().filter((at) => at !== '/')];
  return stays
    .filter(({ target }) => target !== null && places.some((place) => within(place, target)))
    .map(({ text, from }) => ({
      code: 'unknown-mount' as const,
      detail: `${from.file}: ${text}: it lies where code, config or data will be mounted`,
      cure: 'Mount it elsewhere or take it out of the config; or, if it is one of the three, say so with --code, --me or --config-files.',
    }));
}
