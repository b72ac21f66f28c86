import { idMapOf, ownerInside } from '../../../box/inspect/id-map';

const settings = (...lines: string[]) => new Map([['lxc.idmap', lines]]);
const USUAL = idMapOf(settings('u 0 100000 65536', 'g 0 200000 65536'));
const WITH_HOLE = idMapOf(
  settings(...['u', 'g'].flatMap((of) => [`${of} 0 100000 1000`, `${of} 1000 1000 1`, `${of}  1001  101001  64535`])),
);

test.each([
  ['root of the locker', USUAL, [0, 0], [100_000, 200_000]],
  ['a user of the locker', USUAL, [33, 33], [100_033, 200_033]],
  ['one who lies in the range already', USUAL, [100_033, 200_033], [100_033, 200_033]],
  ['one whom the range does not have', USUAL, [70_000, 70_000], [70_000, 70_000]],
  ['one who is let through as he is', WITH_HOLE, [1000, 1000], [1000, 1000]],
  ['one beside him', WITH_HOLE, [1001, 999], [101_001, 100_999]],
  ['anybody, where there is no map', idMapOf(new Map()), [0, 33], [0, 33]],
] as const)('the owner on the box of %s', (_, map, [uid, gid], [outsideUid, outsideGid]) => {
  expect(ownerInside(map, { uid, gid })).toEqual({ uid: outsideUid, gid: outsideGid });
});
