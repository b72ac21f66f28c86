/**
 * Whose a file has to be on the box so that it is the locker's own inside: a container with `lxc.idmap` sees
 * its root as a user without rights outside, and whatever belongs to nobody of its range as nobody's. Pure.
 */
import type { LxcSettings } from './lxc-settings';

interface Range {
  readonly of: 'u' | 'g';
  /** The first id in the locker. */
  readonly inside: number;
  /** And the one on the box that it is. */
  readonly outside: number;
  readonly count: number;
}
export type IdMap = readonly Range[];

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}
export const ROOT: Owner = { uid: 0, gid: 0 };

/** Empty: the ids are the same inside and outside. */
export function idMapOf(settings: LxcSettings): IdMap {
  return (settings.get('lxc.idmap') ?? []).flatMap((line): Range[] => {
    const [, of, inside, outside, count] = /^([ug])\s+(\d+)\s+(\d+)\s+(\d+)$/.exec(line.trim()) ?? [];
    if (of !== 'u' && of !== 'g') return [];
    return [{ of, inside: Number(inside), outside: Number(outside), count: Number(count) }];
  });
}

/** An owner that lies in the range already is meant as it is; any other one as it would be inside. */
export function ownerInside(map: IdMap, { uid, gid }: Owner): Owner {
  return { uid: idFor(map, 'u', uid), gid: idFor(map, 'g', gid) };
}

function idFor(map: IdMap, of: Range['of'], id: number): number {
  const ranges = map.filter((range) => range.of === of);
  if (ranges.some(({ outside, count }) => id >= outside && id < outside + count)) return id;
  const range = ranges.find(({ inside, count }) => id >= inside && id < inside + count);
  return range ? range.outside + (id - range.inside) : id;
}
