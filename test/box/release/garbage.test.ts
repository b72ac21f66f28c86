/** What a collection must never take, even where the box is not as it should be. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectGarbage } from '../../../box/release/gc';
import { mountsIn, placeOf } from '../../../box/release/mount-table';
import { mountedDirectories } from '../../../box/release/mounted';
import { switchTo } from '../../../box/release/versions';
import type { LockerName } from '../../../domain/model/ids';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
let l01: LockerName;
beforeEach(() => {
  here = stagedBox(['l01']);
  l01 = here.names[0] as LockerName;
  here.settings.commit({ 'templates/config.json': '{}' });
});
afterEach(() => here.remove());

async function stageMany(count: number) {
  const codes = [];
  for (let turn = 1; turn <= count; turn += 1) {
    here.code.commit({ 'locker.js': String(turn) });
    const target = await here.targetOf();
    await here.stage(target);
    codes.push(target.release.code.id);
  }
  return codes;
}

test('the code of a current version is spared even where its REVISION is torn', async () => {
  const [first] = await stageMany(3);
  await switchTo(here.box, l01, 1);
  writeFileSync(join(here.box.paths.version(l01, 1), 'REVISION'), '{"form');
  await collectGarbage(here.box, { keepReleases: 1, openFrom: [] });
  expect(readdirSync(here.box.paths.codeRoot)).toContain(first);
});

test('what died stages left in the versions of a locker goes too', async () => {
  await stageMany(1);
  const left = join(here.box.paths.versions(l01), '.tmp-7');
  mkdirSync(left);
  await collectGarbage(here.box, { keepReleases: 1, openFrom: [] });
  expect(existsSync(left)).toBe(false);
});

// A ns/mnt that is no link: neither of a process that ended nor of one that may be looked into.
const hidden = async (within: (place: string) => string) => {
  const proc = join(here.dir, 'proc');
  mkdirSync(join(proc, '1/ns/mnt'), { recursive: true });
  const place = await placeOf(here.box.paths.codeRoot);
  writeFileSync(join(proc, '1/mountinfo'), `36 35 ${place.device} ${within(place.within)} /code ro - ext4 /dev/sda1 ro\n`);
  return mountedDirectories([here.box.paths.codeRoot], proc);
};

describe('a process that can not be looked into', () => {
  test('holds the collection up where it mounts a part of ours, since nobody knows which', async () => {
    await stageMany(1);
    expect(await hidden((place) => `${place}/c000000000000`)).toBeNull();
  });

  test('is no reason where it mounts something else', async () => {
    await stageMany(1);
    expect(await hidden((place) => `${place}-of-others`)).toEqual(new Set());
  });
});

test('paths with spaces are read as they are', () => {
  expect(mountsIn('36 35 8:1 /a\\040b /c\\134d rw shared:1 - ext4 /dev/sda1 rw\n')).toEqual([
    { device: '8:1', within: '/a b', point: '/c\\d' },
  ]);
});
